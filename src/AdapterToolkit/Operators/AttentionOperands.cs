using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>What attention takes, checked to fit together.</summary>
/// <param name="Shape">The dimensions.</param>
/// <param name="Query">The queries: rows x (heads · head's features).</param>
/// <param name="Key">The keys: rows x (key heads · head's features).</param>
/// <param name="Value">The values: shaped like the keys.</param>
/// <param name="Context">How the rows form sequences.</param>
/// <param name="Prefix">What stands before the sequences; null for nothing.</param>
internal readonly record struct AttentionOperands(
    AttentionShape Shape, Tensor Query, Tensor Key, Tensor Value, SequenceContext Context, PrefixOperands? Prefix)
{
    /// <summary>The most keys that a row attends to.</summary>
    internal int LongestKeys => Context.LongestRows + (Prefix?.Longest ?? 0);

    /// <summary>What stands before a sequence.</summary>
    /// <param name="sequence">Which one it is of the batch.</param>
    internal SequencePrefix PrefixOf(int sequence) => Prefix is null ? SequencePrefix.None : Prefix.BySequence[sequence];
}
