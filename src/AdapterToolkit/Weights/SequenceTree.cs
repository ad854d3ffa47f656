using System.Numerics;

namespace AdapterToolkit.Weights;

/// <summary>
/// Sums the contributions of the sequences of a step's batch in a fixed binary tree. A node spans a power of two of sequences, from a multiple of it on, and
/// its sum is that of its left half plus that of its right half; a half without contribution adds nothing. So the sum depends on the sequences' numbers alone:
/// not on how many of them were computed at once, nor by how many processes.
/// </summary>
/// <remarks>
/// Contributions come in the order of their sequences, and halves are added as soon as both are there, as a binary counter counts: of n sequences at
/// most log₂ n + 1 sums exist at once.
/// </remarks>
/// <typeparam name="T">What is summed.</typeparam>
public sealed class SequenceTree<T>
{
    private readonly Func<T, T, T> _add;
    private readonly List<PartialSum<T>> _sums = [];
    private SequenceShare _share;

    /// <summary>Makes a tree without contributions.</summary>
    /// <param name="share">The sequences whose contributions come; halves that lie outside are others'.</param>
    /// <param name="add">Gives the sum of a left and a right half, both of which it may change or keep.</param>
    public SequenceTree(SequenceShare share, Func<T, T, T> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        _add = add;
        _share = share;
    }

    /// <summary>The sums so far, in the order of their sequences.</summary>
    public IReadOnlyList<PartialSum<T>> Sums => _sums;

    /// <summary>Adds a contribution.</summary>
    /// <param name="range">The sequences that it is the sum of; they come after those of all contributions before.</param>
    /// <param name="sum">The contribution.</param>
    /// <exception cref="ArgumentException">The sequences do not come after those before, or are not among those of the share.</exception>
    public void Add(SequenceRange range, T sum)
    {
        if (range.First < _share.First || range.First >= _share.End || (_sums.Count > 0 && range.First < _sums[^1].Range.End))
            throw new ArgumentException($"A contribution of the sequences from {range.First} on is out of place.", nameof(range));
        Settle(range.First);
        _sums.Add(new PartialSum<T>(range, sum));
        Settle(range.End);
    }

    /// <summary>
    /// Ends the contributions, and adds what can be added: one sum is left of a share that is the whole batch. None is left where nothing was
    /// contributed.
    /// </summary>
    /// <returns>The sums that are left.</returns>
    public IReadOnlyList<PartialSum<T>> Complete()
    {
        Settle(_share.End == _share.Total ? long.MaxValue : _share.End);
        return _sums;
    }

    /// <summary>Forgets all contributions.</summary>
    /// <param name="share">The sequences whose contributions come next.</param>
    internal void Restart(SequenceShare share)
    {
        _share = share;
        _sums.Clear();
    }

    /// <summary>Whether a sequence's other half is there, to whose sum the sequence's contribution can be added as it is computed.</summary>
    /// <param name="sequence">A sequence after those of all contributions.</param>
    /// <param name="sum">The sum to add to.</param>
    internal bool TryGetSibling(int sequence, out T sum)
    {
        bool isThere = _sums.Count > 0 && _sums[^1].Range == new SequenceRange(sequence - 1, 1) && sequence % 2 == 1;
        sum = isThere ? _sums[^1].Sum : default!;
        return isThere;
    }

    /// <summary>Says that a sequence's contribution was added to its sibling's sum.</summary>
    internal void JoinSibling()
    {
        PartialSum<T> sibling = _sums[^1];
        _sums[^1] = sibling with { Range = sibling.Range.Whole };
        Settle(sibling.Range.End + 1);
    }

    /// <summary>Adds halves that are whole.</summary>
    /// <param name="next">The first sequence whose contribution may yet come.</param>
    private void Settle(long next)
    {
        while (_sums.Count > 0 && _sums[^1].Range is { } range && range.Size < BitOperations.RoundUpToPowerOf2((uint)_share.Total)
            && range.Whole is { } whole && whole.End <= next && whole.First >= _share.First)
        {
            T sum = _sums[^1].Sum;
            _sums.RemoveAt(_sums.Count - 1);
            if (_sums.Count > 0 && _sums[^1].Range.First >= whole.First)
            {
                sum = _add(_sums[^1].Sum, sum);
                _sums.RemoveAt(_sums.Count - 1);
            }

            _sums.Add(new PartialSum<T>(whole, sum));
        }
    }
}
