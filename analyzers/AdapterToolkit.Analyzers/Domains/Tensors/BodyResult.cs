using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What running a body with known arguments tells.</summary>
/// <param name="Returned">What it returns; of a member, what it holds.</param>
/// <param name="Findings">The rules that it breaks.</param>
/// <param name="Stores">What it leaves in fields and properties.</param>
/// <param name="Exit">What is known at its end.</param>
/// <param name="Pending">The rules that it breaks unless whoever calls it mends that, as by adding the adapter's term to Wx.</param>
internal sealed record BodyResult(
    Value Returned,
    ImmutableHashSet<Finding> Findings,
    ImmutableArray<(ISymbol Member, Value Value)> Stores,
    ValueState Exit,
    ImmutableArray<Finding> Pending)
{
    /// <summary>A body of which nothing is known.</summary>
    public static readonly BodyResult Unknown = Of(Value.Other);

    /// <summary>What is known at the end about the parameters, in their order.</summary>
    public ImmutableArray<Value> Parameters { get; init; } = [];

    /// <summary>Whether it may be another one where the body is run by a forward pass or by training.</summary>
    public bool DependsOnTraining { get; init; }

    /// <summary>A member that holds a value.</summary>
    public static BodyResult Of(Value held) => new(held, [], [], ValueState.Empty, []);

    /// <summary>The same of a whole method: of what is known at its end, what its caller can use.</summary>
    /// <param name="parameters">The method's parameters.</param>
    public BodyResult Of(ImmutableArray<IParameterSymbol> parameters) => this with
    {
        Parameters = [.. parameters.Select(parameter => Exit[parameter])],
        Exit = Exit.Only(ValueFlow.This),
    };

    /// <summary>What is known where either of two bodies has run: which one is decided where the program runs.</summary>
    /// <param name="other">The other one.</param>
    public BodyResult Join(BodyResult other)
    {
        ImmutableHashSet<Finding> findings = Findings.Union(other.Findings);
        return new BodyResult(
            JoinTerms(Returned, other.Returned), findings.Except(findings.Where(finding => finding.IsOfBaseTerm)), Stores.AddRange(other.Stores),
            ValueState.Join(Exit, other.Exit), [])
        {
            Parameters = [.. Parameters.Zip(other.Parameters, JoinTerms)],
            DependsOnTraining = DependsOnTraining || other.DependsOnTraining,
        };
    }

    /// <inheritdoc/>
    public bool Equals(BodyResult? other) => other is not null && (ReferenceEquals(this, other)
        || (DependsOnTraining == other.DependsOnTraining && Returned.Equals(other.Returned) && Exit.Equals(other.Exit)
        && Parameters.SequenceEqual(other.Parameters) && Findings.SetEquals(other.Findings)
        && Pending.SequenceEqual(other.Pending) && Stores.Length == other.Stores.Length
        && Stores.Zip(other.Stores, static (left, right) => SymbolEqualityComparer.Default.Equals(left.Member, right.Member) && left.Value.Equals(right.Value))
            .All(static isEqual => isEqual)));

    /// <inheritdoc/>
    public override int GetHashCode() => Returned.GetHashCode();

    /// <summary>The join of two values. A term of y = Wx + s·B(Ax) that is one on one path alone is none: the other one may be the whole sum.</summary>
    private static Value JoinTerms(Value left, Value right)
    {
        bool isOneTerm = left.Kind != right.Kind && (left.Kind > right.Kind ? left : right).Kind
            is ValueKind.Reduced or ValueKind.BaseTerm or ValueKind.AdapterTerm;
        return isOneTerm ? Value.Other : Value.Join(left, right);
    }
}
