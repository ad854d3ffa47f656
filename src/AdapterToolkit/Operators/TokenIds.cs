namespace AdapterToolkit.Operators;

/// <summary>A batch of token sequences of one length, padded on the right where they were shorter.</summary>
public sealed class TokenIds
{
    private readonly int[] _ids;
    private readonly int[] _lengths;

    /// <summary>Makes a batch.</summary>
    /// <param name="batch">How many sequences there are.</param>
    /// <param name="length">How many tokens each holds, padding included.</param>
    /// <param name="ids">The ids, sequence after sequence.</param>
    /// <param name="lengths">How many tokens of each sequence are no padding; empty when none is padded.</param>
    /// <exception cref="ArgumentException">The numbers of ids or lengths do not fit.</exception>
    public TokenIds(int batch, int length, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (ids.Length != (long)batch * length)
            throw new ArgumentException($"A batch of {batch} sequences of {length} tokens has {(long)batch * length} ids, but {ids.Length} were given.", nameof(ids));
        if (!lengths.IsEmpty && lengths.Length != batch)
            throw new ArgumentException($"A batch of {batch} sequences needs as many lengths, but {lengths.Length} were given.", nameof(lengths));
        Batch = batch;
        Length = length;
        _ids = ids.ToArray();
        _lengths = lengths.IsEmpty ? [.. Enumerable.Repeat(length, batch)] : lengths.ToArray();
        foreach (int valid in _lengths)
        {
            if (valid < 0 || valid > length)
                throw new ArgumentException($"A sequence of {length} tokens can't have {valid} that are no padding.", nameof(lengths));
        }
    }

    /// <summary>How many sequences there are.</summary>
    public int Batch { get; }

    /// <summary>How many tokens each sequence holds, padding included.</summary>
    public int Length { get; }

    /// <summary>The product of batch and length: the rows of a tensor of activations.</summary>
    public int Rows => Batch * Length;

    /// <summary>The ids, sequence after sequence.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>How many tokens of each sequence are no padding.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;
}
