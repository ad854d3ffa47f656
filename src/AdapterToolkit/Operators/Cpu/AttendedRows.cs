using System.Runtime.CompilerServices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// One head of the keys, or of the values, that the rows of a sequence attend to: first what stands before the sequence, then its own. The first of its own
/// has the position of the sequence's first row, those before it the positions before that, so that no row is masked from them.
/// </summary>
internal readonly ref struct AttendedRows
{
    private readonly ref float _before;
    private readonly ref float _own;
    private readonly int _count;
    private readonly nint _columns;

    /// <summary>Finds the rows of one head.</summary>
    /// <param name="before">What stands before sequences; null for nothing.</param>
    /// <param name="prefix">Which of it stands before this one.</param>
    /// <param name="own">The sequences' own: shaped like the keys.</param>
    /// <param name="firstRow">The sequence's first row.</param>
    /// <param name="keyHead">The head.</param>
    /// <param name="features">Features of a head.</param>
    internal AttendedRows(Tensor? before, SequencePrefix prefix, Tensor own, int firstRow, int keyHead, int features)
    {
        _own = ref AttentionHeads.First(own, firstRow, keyHead, features);
        _before = ref _own;
        if (before is not null)
            _before = ref AttentionHeads.First(before, prefix.First, keyHead, features);
        _count = prefix.Count;
        _columns = own.Columns;
    }

    /// <summary>The first number of a row.</summary>
    /// <param name="row">The row, counted from the first that stands before the sequence.</param>
    internal ref float this[int row] => ref row < _count
        ? ref Unsafe.Add(ref _before, row * _columns)
        : ref Unsafe.Add(ref _own, (row - _count) * _columns);

    /// <summary>How many rows from one on lie one after the other.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="end">The row after the last one that is wanted.</param>
    /// <param name="most">How many are wanted at most.</param>
    internal int BlockFrom(int first, int end, int most) => Math.Min(most, (first < _count ? _count : end) - first);
}
