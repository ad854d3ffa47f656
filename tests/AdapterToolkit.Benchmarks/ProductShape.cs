using System.Globalization;

namespace AdapterToolkit.Benchmarks;

/// <summary>The size of a layer's product.</summary>
/// <param name="Rows">Rows of the input.</param>
/// <param name="InFeatures">Features of a row of the input.</param>
/// <param name="OutFeatures">Features of a row of the output.</param>
internal readonly record struct ProductShape(int Rows, int InFeatures, int OutFeatures)
{
    /// <summary>Multiplications and additions of the product, and of each of its gradients.</summary>
    public double Operations => 2.0 * Rows * InFeatures * OutFeatures;

    /// <summary>The three sizes as arguments of a command line.</summary>
    public string[] Arguments => [.. new[] { Rows, InFeatures, OutFeatures }.Select(size => size.ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public override string ToString() => $"{Rows} x {InFeatures} x {OutFeatures}";
}
