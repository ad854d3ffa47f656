namespace AdapterToolkit.Operators;

/// <summary>A batch of token sequences of any lengths, one after the other. Padding them to one length is one way to lay them out.</summary>
public sealed class TokenIds
{
    private readonly int[] _ids;
    private readonly Sequence[] _sequences;

    /// <summary>Makes a batch of sequences of one length, padded on the right where they were shorter.</summary>
    /// <param name="batch">How many sequences there are.</param>
    /// <param name="length">How many tokens each holds, padding included.</param>
    /// <param name="ids">The ids, sequence after sequence.</param>
    /// <param name="lengths">How many tokens of each sequence are no padding; empty when none is padded.</param>
    /// <param name="firstPositions">The position of each sequence's first token; empty when each is the start of its text.</param>
    /// <exception cref="ArgumentException">The numbers of ids, lengths or positions do not fit.</exception>
    public TokenIds(int batch, int length, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths = default, ReadOnlySpan<int> firstPositions = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        long rows = (long)batch * length;
        if (ids.Length != rows)
            throw new ArgumentException($"A batch of {batch} sequences of {length} tokens has {rows} ids, but {ids.Length} were given.", nameof(ids));
        if (!lengths.IsEmpty && lengths.Length != batch)
            throw new ArgumentException($"A batch of {batch} sequences needs as many lengths, but {lengths.Length} were given.", nameof(lengths));
        _ids = ids.ToArray();
        _sequences = new Sequence[batch];
        for (int i = 0; i < batch; i++)
        {
            int valid = lengths.IsEmpty ? length : lengths[i];
            if (valid < 0 || valid > length)
                throw new ArgumentException($"Sequence {i} has {length} rows; {valid} of them can't be the ones without padding.", nameof(lengths));
            _sequences[i] = new Sequence(i * length, length, valid, PositionOf(i, length, batch, firstPositions));
        }
    }

    /// <summary>Makes a batch of sequences of any lengths without padding.</summary>
    /// <param name="ids">The ids, sequence after sequence.</param>
    /// <param name="lengths">How many tokens each sequence has.</param>
    /// <param name="firstPositions">The position of each sequence's first token; empty when each is the start of its text.</param>
    /// <exception cref="ArgumentException">There is no sequence, one has no token, or the numbers of ids or positions do not fit.</exception>
    public TokenIds(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, ReadOnlySpan<int> firstPositions = default)
    {
        if (lengths.IsEmpty)
            throw new ArgumentException("A batch has one sequence at least, but no length was given.", nameof(lengths));
        _ids = ids.ToArray();
        _sequences = new Sequence[lengths.Length];
        int row = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            int length = lengths[i];
            if (length <= 0)
                throw new ArgumentException($"Sequence {i} has {length} tokens; it needs one at least.", nameof(lengths));
            if (length > ids.Length - row)
                throw new ArgumentException($"Sequence {i} has {length} tokens from row {row}, but the batch has {ids.Length} ids.", nameof(lengths));
            _sequences[i] = new Sequence(row, length, length, PositionOf(i, length, lengths.Length, firstPositions));
            row += length;
        }

        if (row != ids.Length)
            throw new ArgumentException($"The {lengths.Length} sequences have {row} tokens, but {ids.Length} ids were given.", nameof(ids));
    }

    private TokenIds(int[] ids, Sequence[] sequences) => (_ids, _sequences) = (ids, sequences);

    /// <summary>How many sequences there are.</summary>
    public int Batch => _sequences.Length;

    /// <summary>The rows of a tensor of activations: the tokens of all sequences, padding included.</summary>
    public int Rows => _ids.Length;

    /// <summary>The ids, sequence after sequence.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>The sequences, in the order of their rows; each row is one's.</summary>
    public ReadOnlySpan<Sequence> Sequences => _sequences;

    /// <summary>
    /// The same batch, sequences of which continue what caches hold: each row attends to the tokens of its sequence's cache, and a run of the model adds the
    /// rows that are no padding to it.
    /// </summary>
    /// <param name="caches">The cache of each sequence; null for one without. Its first position is that of the token after those in the cache.</param>
    /// <exception cref="ArgumentException">
    /// The number of caches does not fit, a sequence starts at another position than its cache goes on at, or two sequences continue one cache.
    /// </exception>
    internal TokenIds Continuing(params ReadOnlySpan<KeyValueCache?> caches)
    {
        if (caches.Length != Batch)
            throw new ArgumentException($"A batch of {Batch} sequences needs as many caches, but {caches.Length} were given.", nameof(caches));
        Sequence[] sequences = [.. _sequences];
        for (int i = 0; i < sequences.Length; i++)
        {
            sequences[i] = sequences[i] with { Cache = caches[i] };
            if (caches[i] is not { } cache)
                continue;
            if (sequences[i].FirstPosition != cache.NextPosition)
            {
                throw new ArgumentException(
                    $"Sequence {i} starts at position {sequences[i].FirstPosition}, but its cache goes on at position {cache.NextPosition}.", nameof(caches));
            }

            int other = caches[..i].IndexOf(cache);
            if (other >= 0)
                throw new ArgumentException($"Sequences {other} and {i} continue the same cache. Fork it, so that each has its own.", nameof(caches));
        }

        return new TokenIds(_ids, sequences);
    }

    private static int PositionOf(int sequence, int rows, int batch, ReadOnlySpan<int> firstPositions)
    {
        if (firstPositions.IsEmpty)
            return 0;
        int given = firstPositions.Length;
        if (given != batch)
            throw new ArgumentException($"A batch of {batch} sequences needs as many first positions, but {given} were given.", nameof(firstPositions));
        int position = firstPositions[sequence];
        if (position < 0 || position > int.MaxValue - rows)
            throw new ArgumentException($"Sequence {sequence} of {rows} rows can't start at position {position}.", nameof(firstPositions));
        return position;
    }
}
