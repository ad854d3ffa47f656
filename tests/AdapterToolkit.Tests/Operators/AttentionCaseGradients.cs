namespace AdapterToolkit.Tests.Operators;

/// <summary>The gradients of the operands of an <see cref="AttentionCase"/>.</summary>
/// <param name="Query">Those of the queries.</param>
/// <param name="Key">Those of the keys.</param>
/// <param name="Value">Those of the values.</param>
/// <param name="PrefixKeys">Those of the keys of each list of virtual tokens.</param>
/// <param name="PrefixValues">Those of the values of each list of virtual tokens.</param>
internal sealed record AttentionCaseGradients(float[] Query, float[] Key, float[] Value, float[][] PrefixKeys, float[][] PrefixValues);
