using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>What attention takes, checked to fit together.</summary>
/// <param name="Shape">The dimensions.</param>
/// <param name="Query">The queries: rows x (heads · head's features).</param>
/// <param name="Key">The keys: rows x (key heads · head's features).</param>
/// <param name="Value">The values: shaped like the keys.</param>
/// <param name="Context">How the rows form sequences.</param>
internal readonly record struct AttentionOperands(AttentionShape Shape, Tensor Query, Tensor Key, Tensor Value, SequenceContext Context);
