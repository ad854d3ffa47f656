namespace AdapterToolkit.Weights;

/// <summary>The order of numbers in panels of a weight, which the kernels that the toolkit's generator writes rely on; it compiles this file too.</summary>
internal static class PanelLayout
{
    /// <summary>How many output features stand side by side in a panel.</summary>
    public const int Width = 32;
}
