using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What running a body with known arguments tells.</summary>
/// <param name="Returned">What it returns.</param>
/// <param name="Findings">The rules that it breaks.</param>
/// <param name="Stores">What it leaves in fields and properties.</param>
/// <param name="Exit">What is known at its end.</param>
/// <param name="Pending">The rules that it breaks unless whoever calls it mends that, as by adding the adapter's term to Wx.</param>
/// <param name="IsExact">Whether it was followed to its end: no recursion was cut off.</param>
internal sealed record BodyResult(
    Value Returned,
    ImmutableHashSet<Finding> Findings,
    ImmutableArray<(ISymbol Member, Value Value)> Stores,
    ValueState Exit,
    ImmutableArray<Finding> Pending,
    bool IsExact)
{
    /// <summary>A body of which nothing is known.</summary>
    public static readonly BodyResult Unknown = new(Value.Other, [], [], ValueState.Empty, [], IsExact: false);
}
