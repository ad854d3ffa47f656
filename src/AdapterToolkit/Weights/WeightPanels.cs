using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>
/// The order in which the CPU device keeps a frozen matrix W (out x in): panels of 32 output features, in each for every
/// input feature the 32 weights side by side; a last panel that is not full is filled up with zeros. Both products read it
/// in order: y = x Wᵀ takes 32 weights as vectors over the outputs, dx = dy W takes them one at a time and has vectors over
/// the rows.
/// </summary>
internal static class WeightPanels
{
    /// <summary>How many output features a panel holds.</summary>
    public const int Width = PanelLayout.Width;

    /// <summary>How many panels hold the given number of output features.</summary>
    /// <param name="outFeatures">The output features.</param>
    public static int Count(int outFeatures) => (outFeatures + Width - 1) / Width;

    /// <summary>The shape of the panels of a matrix: panels x in x 32.</summary>
    /// <param name="outFeatures">The matrix's rows.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    public static Shape ShapeFor(int outFeatures, int inFeatures) => new(Count(outFeatures), inFeatures, Width);

    /// <summary>Puts a row-major matrix into panels.</summary>
    /// <param name="matrix">The matrix, out x in.</param>
    /// <param name="outFeatures">Its rows.</param>
    /// <param name="inFeatures">Its columns.</param>
    /// <param name="panels">Where the panels go; all of it is written.</param>
    public static void Pack(ReadOnlySpan<float> matrix, int outFeatures, int inFeatures, Span<float> panels)
    {
        for (int first = 0; first < outFeatures; first += Width)
        {
            Span<float> panel = panels.Slice(first * inFeatures, Width * inFeatures);
            int width = Math.Min(Width, outFeatures - first);
            if (width < Width)
                panel.Clear();
            for (int lane = 0; lane < width; lane++)
            {
                ReadOnlySpan<float> row = matrix.Slice((first + lane) * inFeatures, inFeatures);
                for (int i = 0; i < row.Length; i++)
                    panel[(i * Width) + lane] = row[i];
            }
        }
    }

    /// <summary>Takes a row-major matrix out of panels.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="outFeatures">The matrix's rows.</param>
    /// <param name="inFeatures">The matrix's columns.</param>
    /// <param name="matrix">Where the matrix goes, out x in.</param>
    public static void Unpack(ReadOnlySpan<float> panels, int outFeatures, int inFeatures, Span<float> matrix)
    {
        for (int row = 0; row < outFeatures; row++)
            UnpackRow(panels, row, inFeatures, matrix.Slice(row * inFeatures, inFeatures));
    }

    /// <summary>Takes one row of the matrix, the weights of one output feature, out of panels.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="outFeature">The row of W.</param>
    /// <param name="inFeatures">How many columns W has.</param>
    /// <param name="row">Where the row goes.</param>
    public static void UnpackRow(ReadOnlySpan<float> panels, int outFeature, int inFeatures, Span<float> row)
    {
        ReadOnlySpan<float> panel = panels.Slice(outFeature / Width * Width * inFeatures, Width * inFeatures);
        int lane = outFeature % Width;
        for (int i = 0; i < inFeatures; i++)
            row[i] = panel[(i * Width) + lane];
    }
}
