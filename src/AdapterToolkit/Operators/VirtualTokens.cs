using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

/// <summary>
/// The keys and values of virtual tokens in one attention, which stand before sequences of a batch: every row of such a sequence attends to all of them, then
/// to its own. They have no position. An adapter trains them.
/// </summary>
/// <remarks>Li and Liang, "Prefix-Tuning", 2021.</remarks>
/// <param name="Key">The keys: tokens x (key heads · head's features).</param>
/// <param name="Value">The values: shaped like the keys.</param>
internal sealed record VirtualTokens(Parameter Key, Parameter Value)
{
    /// <summary>The rows of the batch whose sequences the tokens stand before, each sequence as a whole; null for all.</summary>
    internal IReadOnlyList<RowRange>? Rows { get; init; }

    /// <summary>How many tokens there are.</summary>
    internal int Count => Key.Value.Rows;
}
