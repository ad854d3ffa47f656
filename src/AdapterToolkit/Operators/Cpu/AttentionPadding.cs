using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>What attention's tensors hold in rows of padding.</summary>
internal static class AttentionPadding
{
    /// <summary>Gives one head of some rows the value zero.</summary>
    /// <param name="tensor">The tensor: rows x (heads · columns).</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="head">The head.</param>
    /// <param name="columns">How many columns a head has.</param>
    internal static void Clear(Tensor tensor, int firstRow, int count, int head, int columns)
    {
        for (int row = firstRow; row < firstRow + count; row++)
            tensor.Span.Slice((row * tensor.Columns) + (head * columns), columns).Clear();
    }
}
