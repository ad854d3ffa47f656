using AdapterToolkit.Formats;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace FineTune;

/// <summary>Draws the training and held-out losses. The chart brings its own font, so its text shows on machines without any.</summary>
internal static class LossChart
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "loss.png";

    private const string FontName = "DejaVu Sans";
    private const int Width = 1000;
    private const int Height = 560;
    private const float HalfLifeSteps = 4;

    /// <summary>Draws the chart and writes the file.</summary>
    /// <param name="folder">The folder to put it in.</param>
    /// <param name="trainingLosses">The loss of every step.</param>
    /// <param name="heldOutLosses">The held-out losses.</param>
    public static void Save(string folder, IReadOnlyList<double> trainingLosses, IReadOnlyList<HeldOutPoint> heldOutLosses)
    {
        byte[] image = Draw(trainingLosses, heldOutLosses);
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(image));
    }

    /// <summary>Draws the chart.</summary>
    /// <param name="trainingLosses">The loss of every step.</param>
    /// <param name="heldOutLosses">The held-out losses.</param>
    /// <returns>A PNG image.</returns>
    public static byte[] Draw(IReadOnlyList<double> trainingLosses, IReadOnlyList<HeldOutPoint> heldOutLosses)
    {
        EmbeddedFont.Use();
        using Plot plot = new();
        plot.Font.Set(FontName);
        plot.Title("Loss while fine-tuning");
        plot.XLabel("step");
        plot.YLabel("loss (nats per token)");
        double[] steps = [.. Enumerable.Range(1, trainingLosses.Count).Select(step => (double)step)];
        if (trainingLosses.Count > 0)
        {
            ScottPlot.Plottables.Scatter batches = plot.Add.ScatterLine(steps, [.. trainingLosses], Colors.SteelBlue.WithAlpha(.5));
            batches.LegendText = "training, each step";
            ScottPlot.Plottables.Scatter smooth = plot.Add.ScatterLine(steps, Smooth(trainingLosses), Colors.SteelBlue);
            smooth.LineWidth = 2;
            smooth.LegendText = "training, smoothed";
        }

        if (heldOutLosses.Count > 0)
        {
            ScottPlot.Plottables.Scatter heldOut = plot.Add.Scatter(heldOutLosses.Select(point => (double)point.Step).ToArray(),
                heldOutLosses.Select(point => point.Loss).ToArray(), Colors.DarkOrange);
            heldOut.LineWidth = 2;
            heldOut.MarkerSize = 8;
            heldOut.LegendText = "held out";
        }

        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(Alignment.UpperRight);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    /// <summary>A running mean in which a step's weight halves every few steps.</summary>
    private static double[] Smooth(IReadOnlyList<double> losses)
    {
        double keep = Math.Pow(0.5, 1 / HalfLifeSteps);
        double sum = 0, weight = 0;
        double[] smooth = new double[losses.Count];
        for (int i = 0; i < losses.Count; i++)
        {
            sum = (keep * sum) + losses[i];
            weight = (keep * weight) + 1;
            smooth[i] = sum / weight;
        }

        return smooth;
    }

    /// <summary>Gives ScottPlot the font that is embedded in this program.</summary>
    private sealed class EmbeddedFont : IFontResolver
    {
        private const string ResourceName = "DejaVuSans.ttf";

        private static readonly Lock s_lock = new();
        private static EmbeddedFont? s_registered;

        private readonly SKTypeface _typeface;

        private EmbeddedFont()
        {
            using Stream font = typeof(LossChart).Assembly.GetManifestResourceStream(ResourceName)!;
            _typeface = SKTypeface.FromStream(font);
        }

        public static void Use()
        {
            lock (s_lock)
            {
                if (s_registered is not null)
                    return;
                s_registered = new EmbeddedFont();
                Fonts.FontResolvers.Insert(0, s_registered);
                Fonts.Default = FontName;
                Fonts.Sans = FontName;
            }
        }

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == FontName ? _typeface : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == FontName ? _typeface : null;
    }
}
