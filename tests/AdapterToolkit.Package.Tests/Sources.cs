namespace AdapterToolkit.Package.Tests;

/// <summary>What users of the package write.</summary>
internal static class Sources
{
    /// <summary>An annotated layer, run forward and backward, and checked against plain loops.</summary>
    public const string Program = """
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Tensors;

        const int Rows = 3, In = 64, Out = 40, Rank = 8;
        Random random = new(0);
        float[] a = Values(Rank * In), b = Values(Out * Rank), input = Values(Rows * In), gradient = Values(Rows * Out);

        using CpuDevice device = new();
        Projection layer = new(In, Out);
        layer.Weight.Load(device, Values(Out * In), layer.MarkedFormat, "weight");
        float[] w = layer.Weight.ToArray();
        #pragma warning disable ADT0106 // No training: B is not zero, so that all of s B(Ax) and its gradients can be checked.
        layer.SetFactors(new LowRankFactors(device, "layer", layer.LowRank, Rank, 16, rankStabilized: false, a, b));
        #pragma warning restore ADT0106
        using Tensor x = Tensor.From(device, new Shape(Rows, In), input);
        using Tensor dy = Tensor.From(device, new Shape(Rows, Out), gradient);
        using Tensor y = layer.ForwardSaving(x, xActive: true, out ForwardRecord? record);
        layer.Backward(dy, record!, out Tensor? dx);

        double[,] sum = new double[Out, In];
        for (int o = 0; o < Out; o++)
            for (int i = 0; i < In; i++)
                sum[o, i] = w[(o * In) + i] + (2 * Enumerable.Range(0, Rank).Sum(r => (double)b[(o * Rank) + r] * a[(r * In) + i]));
        float[] yValues = y.ToArray(), dxValues = dx!.ToArray(), dAValues = layer.Factors!.A.Gradient!.ToArray(), dBValues = layer.Factors.B.Gradient!.ToArray();
        double worst = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int o = 0; o < Out; o++)
                worst = Math.Max(worst, Math.Abs(yValues[(row * Out) + o] - Enumerable.Range(0, In).Sum(i => input[(row * In) + i] * sum[o, i])));
            for (int i = 0; i < In; i++)
                worst = Math.Max(worst, Math.Abs(dxValues[(row * In) + i] - Enumerable.Range(0, Out).Sum(o => gradient[(row * Out) + o] * sum[o, i])));
        }

        for (int r = 0; r < Rank; r++)
        {
            // dA = s (dy B)^T x and dB = s dy^T (A x), with s = 16 / 8.
            double[] u = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, In).Sum(i => (double)input[(row * In) + i] * a[(r * In) + i]))];
            double[] du = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Out).Sum(o => (double)gradient[(row * Out) + o] * b[(o * Rank) + r]))];
            for (int i = 0; i < In; i++)
                worst = Math.Max(worst, Math.Abs(dAValues[(r * In) + i] - (2 * Enumerable.Range(0, Rows).Sum(row => du[row] * input[(row * In) + i]))));
            for (int o = 0; o < Out; o++)
                worst = Math.Max(worst, Math.Abs(dBValues[(o * Rank) + r] - (2 * Enumerable.Range(0, Rows).Sum(row => gradient[(row * Out) + o] * u[row]))));
        }

        Console.WriteLine(worst < 1e-3 ? "y, dx, dA and dB are right" : $"y, dx, dA or dB is off by {worst}");

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

        [LowRank(8, Alpha = 16), Quantized(4)]
        public sealed partial class Projection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;

    /// <summary>Code that compiles and does what it should not.</summary>
    public const string Questionable = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        Console.WriteLine(typeof(Mistakes));

        [LowRank(8), Quantized(4)]
        public sealed partial class Projection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        public static class Mistakes
        {
            public static void RoundAway(Projection layer) => layer.Merge();

            public static void Overwrite(Projection layer, float[] numbers) => layer.Weight.Data.CopyFrom(numbers);
        }
        """;

    /// <summary>One rule of the questionable code as an error, the other one off.</summary>
    public const string Severities = """
        root = true

        [*.cs]
        dotnet_diagnostic.ADT0108.severity = error
        dotnet_diagnostic.ADT0103.severity = none
        """;

    /// <summary>Layers that the generator can't complete.</summary>
    public const string Faulty = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        Console.WriteLine(typeof(NotPartial));

        [LowRank(8)]
        public sealed class NotPartial(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [Quantized(5)]
        public sealed partial class FiveBits(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;
}
