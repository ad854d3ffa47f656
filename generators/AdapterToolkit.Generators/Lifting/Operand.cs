using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>An operand of an arithmetic sign.</summary>
/// <param name="Value">The tensor; -1 where it is none.</param>
/// <param name="Code">The expression, where it is no tensor.</param>
/// <param name="IsRematerializable">Whether the backward pass can evaluate the expression again.</param>
internal sealed record Operand(int Value, OpaqueCode? Code, bool IsRematerializable);
