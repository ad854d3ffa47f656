using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A place that breaks a rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Place">The expression at fault.</param>
/// <param name="Arguments">What the rule's message takes.</param>
/// <param name="Operand">Which operand is at fault, for the code fix; null where none is.</param>
internal sealed record Finding(DiagnosticDescriptor Rule, SyntaxNode Place, ImmutableArray<string> Arguments, string? Operand = null)
{
    /// <summary>Whether Wx stands alone, which is no mistake where the adapter's term is added to it.</summary>
    public bool IsOfBaseTerm { get; init; }

    /// <summary>Where W + BA was formed, for a rule that depends on what else becomes of it.</summary>
    public ImmutableHashSet<SyntaxNode>? Merged { get; init; }

    /// <inheritdoc/>
    public bool Equals(Finding? other) => other is not null && Rule.Id == other.Rule.Id && Place == other.Place;

    /// <inheritdoc/>
    public override int GetHashCode() => Place.GetHashCode();
}
