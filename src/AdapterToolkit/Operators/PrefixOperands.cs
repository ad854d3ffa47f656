using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

/// <summary>
/// The keys and values that stand before the sequences of a batch, as attention computes with them: all in one tensor each, and for each sequence which rows
/// are its. The rows of virtual tokens are there once for all sequences that begin with them; a sequence that continues a cache has rows of its own: the
/// virtual tokens', then the cache's.
/// </summary>
internal sealed class PrefixOperands : IDisposable
{
    private readonly SequencePrefix[] _bySequence;

    private PrefixOperands(IReadOnlyList<VirtualTokens> tokens, ReadOnlySpan<CachedRows?> cached, SequencePrefix[] bySequence)
    {
        _bySequence = bySequence;
        Longest = bySequence.Max(prefix => prefix.Count);
        List<Tensor> keys = [.. tokens.Select(own => own.Key.Value)], values = [.. tokens.Select(own => own.Value.Value)], slices = [];
        for (int i = 0; i < cached.Length; i++)
        {
            if (cached[i] is not { Count: > 0 } rows)
                continue;
            if (bySequence[i].Tokens >= 0)
            {
                keys.Add(keys[bySequence[i].Tokens]);
                values.Add(values[bySequence[i].Tokens]);
            }

            keys.Add(rows.Keys());
            values.Add(rows.Values());
            slices.AddRange([keys[^1], values[^1]]);
        }

        Key = Join(keys);
        Value = Join(values);
        foreach (Tensor slice in slices)
            slice.Release();
    }

    /// <summary>The keys: rows x (key heads · head's features).</summary>
    internal Tensor Key { get; }

    /// <summary>The values: shaped like the keys.</summary>
    internal Tensor Value { get; }

    /// <summary>The most rows that stand before one sequence.</summary>
    internal int Longest { get; }

    /// <summary>What stands before each sequence, in the order of the batch.</summary>
    internal ReadOnlySpan<SequencePrefix> BySequence => _bySequence;

    /// <summary>Finds what stands before the sequences of a batch; null where that is nothing.</summary>
    /// <param name="tokens">The virtual tokens of the attention.</param>
    /// <param name="shape">The dimensions of the attention.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="cached">What the attention has cached of each sequence, null for a sequence without cache; empty where there is no cache.</param>
    /// <exception cref="ArgumentException">Virtual tokens do not fit the attention, or stand before a part of a sequence, or two before one.</exception>
    internal static PrefixOperands? Of(
        IReadOnlyList<VirtualTokens> tokens, AttentionShape shape, SequenceContext context, ReadOnlySpan<CachedRows?> cached = default)
    {
        foreach (VirtualTokens own in tokens)
        {
            Shape expected = new(own.Count, shape.KeyColumns);
            if (own.Key.Value.Shape != expected || own.Value.Value.Shape != expected)
            {
                throw new ArgumentException(
                    $"The keys and values that stand before sequences are {own.Key.Value.Shape} and {own.Value.Value.Shape}, "
                    + $"but the attention has {shape.KeyHeads} key heads of {shape.HeadDim} features.",
                    nameof(tokens));
            }
        }

        ReadOnlySpan<Sequence> sequences = context.Sequences;
        SequencePrefix[] bySequence = new SequencePrefix[sequences.Length];
        int rows = tokens.Sum(own => own.Count), gradientRows = 0;
        for (int i = 0; i < bySequence.Length; i++)
        {
            bySequence[i] = PrefixOf(sequences[i], i, tokens, gradientRows);
            if (!cached.IsEmpty && cached[i] is { Count: > 0 } before)
            {
                bySequence[i] = bySequence[i] with { First = rows, Count = bySequence[i].Count + before.Count };
                rows += bySequence[i].Count;
            }

            gradientRows += bySequence[i].Count;
        }

        return gradientRows == 0 ? null : new PrefixOperands(tokens, cached, bySequence);
    }

    /// <summary>Makes room for the gradients of the keys, or of the values, of which each sequence has its own.</summary>
    internal Tensor AllocateGradient() => Tensor.Allocate(Key.Device, new Shape(_bySequence.Sum(prefix => prefix.Count), Key.Columns));

    /// <summary>Gives up the keys and values.</summary>
    public void Dispose()
    {
        Key.Release();
        Value.Release();
    }

    private static SequencePrefix PrefixOf(Sequence sequence, int number, IReadOnlyList<VirtualTokens> tokens, int firstGradient)
    {
        SequencePrefix found = SequencePrefix.None;
        int first = 0;
        for (int i = 0; i < tokens.Count; first += tokens[i++].Count)
        {
            if (!StandsBefore(tokens[i], sequence, number))
                continue;
            if (found.Tokens >= 0)
                throw new ArgumentException($"Two lists of virtual tokens stand before sequence {number}.", nameof(tokens));
            found = new SequencePrefix(i, first, tokens[i].Count, firstGradient);
        }

        return found;
    }

    private static bool StandsBefore(VirtualTokens tokens, Sequence sequence, int number)
    {
        if (tokens.Rows is null)
            return true;
        RowRange rows = new(sequence.FirstRow, sequence.Rows);
        int covered = tokens.Rows.Sum(range => range.And(rows).Count);
        return covered == 0 || covered == rows.Count
            ? covered > 0
            : throw new ArgumentException($"Virtual tokens stand before {covered} of the {rows.Count} rows of sequence {number}.", nameof(tokens));
    }

    /// <summary>The rows of all tensors one after the other; a single one as it is.</summary>
    private static Tensor Join(List<Tensor> parts)
    {
        if (parts is [Tensor only])
            return only.Retain();
        Tensor joined = Tensor.Allocate(parts[0].Device, new Shape(parts.Sum(part => part.Rows), parts[0].Columns));
        int first = 0;
        foreach (Tensor part in parts)
        {
            Op.ScatterRows(part, [.. Enumerable.Range(first, part.Rows)], joined);
            first += part.Rows;
        }

        return joined;
    }
}
