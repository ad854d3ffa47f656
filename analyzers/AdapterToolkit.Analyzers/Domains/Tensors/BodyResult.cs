using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What running a body with known arguments tells.</summary>
/// <param name="Returned">What it returns.</param>
/// <param name="Findings">The rules that it breaks.</param>
/// <param name="Stores">What it leaves in fields and properties.</param>
/// <param name="Exit">What is known at its end.</param>
/// <param name="Pending">The rules that it breaks unless whoever calls it mends that, as by adding the adapter's term to Wx.</param>
/// <param name="Extent">How far it was followed.</param>
internal sealed record BodyResult(
    Value Returned,
    ImmutableHashSet<Finding> Findings,
    ImmutableArray<(ISymbol Member, Value Value)> Stores,
    ValueState Exit,
    ImmutableArray<Finding> Pending,
    Extent Extent)
{
    /// <summary>A body of which nothing is known, since it was not followed.</summary>
    /// <param name="extent">Why it was not.</param>
    public static BodyResult Unknown(Extent extent) => new(Value.Other, [], [], ValueState.Empty, [], extent);
}
