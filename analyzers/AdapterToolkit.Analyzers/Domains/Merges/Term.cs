using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A part of a condition.</summary>
internal abstract record Term
{
    /// <summary>Whether two values of this kind that differ are never equal.</summary>
    public virtual bool IsConstant => false;

    /// <summary>Whether its value depends on what a variable or member holds.</summary>
    public virtual bool DependsOn(ObjectPath place) => false;
}

/// <summary>A constant.</summary>
/// <param name="Value">Its value.</param>
internal sealed record ConstantTerm(object? Value) : Term
{
    /// <inheritdoc/>
    public override bool IsConstant => true;
}

/// <summary>What a variable or member holds.</summary>
/// <param name="Place">Its path.</param>
internal sealed record PlaceTerm(ObjectPath Place) : Term
{
    /// <inheritdoc/>
    public override bool DependsOn(ObjectPath place) => Place.IsOrIsWithin(place);
}

/// <summary>Two parts with an operator between them.</summary>
/// <param name="Left">The left one.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Right">The right one.</param>
internal sealed record OperatorTerm(Term Left, BinaryOperatorKind Operator, Term Right) : Term
{
    /// <inheritdoc/>
    public override bool DependsOn(ObjectPath place) => Left.DependsOn(place) || Right.DependsOn(place);
}

/// <summary>The class of an object.</summary>
/// <param name="type">The class.</param>
internal sealed record TypeTerm(INamedTypeSymbol type) : Term
{
    /// <inheritdoc/>
    public override bool IsConstant => true;

    /// <inheritdoc/>
    public bool Equals(TypeTerm? other) => other is not null && SymbolEqualityComparer.Default.Equals(type, other.type);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(type);
}
