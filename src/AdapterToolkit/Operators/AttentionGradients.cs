using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>Where the gradients of attention's operands go; null for one that is not wanted.</summary>
/// <param name="Query">The gradient of the queries.</param>
/// <param name="Key">The gradient of the keys.</param>
/// <param name="Value">The gradient of the values.</param>
/// <param name="PrefixKey">The gradient of the keys before each sequence, those of one sequence after the other's.</param>
/// <param name="PrefixValue">The gradient of the values before each sequence.</param>
internal readonly record struct AttentionGradients(Tensor? Query, Tensor? Key, Tensor? Value, Tensor? PrefixKey, Tensor? PrefixValue);
