using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>The heads of attention's tensors, which stand side by side in each row.</summary>
internal static class AttentionHeads
{
    /// <summary>The first number of one head of a row.</summary>
    /// <param name="tensor">The tensor: rows x (heads · columns).</param>
    /// <param name="row">The row.</param>
    /// <param name="head">The head.</param>
    /// <param name="columns">How many columns a head has.</param>
    internal static ref float First(Tensor tensor, int row, int head, int columns) =>
        ref Unsafe.Add(ref MemoryMarshal.GetReference(tensor.Span), ((nint)row * tensor.Columns) + (head * columns));

    /// <summary>Gives one head of some rows the value zero, as rows of padding have it.</summary>
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
