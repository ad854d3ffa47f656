using System.Collections.Immutable;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What a method multiplies that returns the sum of the products of numbers of two operands: one number of a matrix product.</summary>
/// <param name="Left">The place of the first operand among the method's parameters.</param>
/// <param name="Right">The place of the second operand.</param>
/// <param name="LeftIndices">The places of the parameters that say which numbers of the first operand are meant.</param>
/// <param name="RightIndices">The places of the parameters that say which numbers of the second operand are meant.</param>
internal sealed record InnerProduct(int Left, int Right, ImmutableArray<int> LeftIndices, ImmutableArray<int> RightIndices);
