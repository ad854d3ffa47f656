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

    /// <summary>What is known at the end about the parameters, in their order.</summary>
    public ImmutableArray<Value> Parameters { get; init; } = [];

    /// <summary>What is known where either of two bodies has run: which one is decided where the program runs.</summary>
    /// <param name="other">The other one.</param>
    public BodyResult Join(BodyResult other)
    {
        Extent extent = new();
        extent.Add(Extent);
        extent.Add(other.Extent);
        ImmutableHashSet<Finding> findings = Findings.Union(other.Findings);
        return new BodyResult(
            JoinTerms(Returned, other.Returned), findings.Except(findings.Where(finding => finding.IsOfBaseTerm)), Stores.AddRange(other.Stores),
            ValueState.Join(Exit, other.Exit), [], extent)
        {
            Parameters = [.. Parameters.Zip(other.Parameters, JoinTerms)],
        };
    }

    /// <summary>The join of two values. A term of y = Wx + s·B(Ax) that is one on one path alone is none: the other one may be the whole sum.</summary>
    private static Value JoinTerms(Value left, Value right)
    {
        bool isOneTerm = left.Kind != right.Kind && (left.Kind > right.Kind ? left : right).Kind
            is ValueKind.Reduced or ValueKind.BaseTerm or ValueKind.AdapterTerm;
        return isOneTerm ? Value.Other : Value.Join(left, right);
    }
}
