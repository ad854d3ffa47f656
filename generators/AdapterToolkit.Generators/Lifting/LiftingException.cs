using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Ends the lifting of a statement at an expression that can't be differentiated.</summary>
internal sealed class LiftingException(SyntaxNode node, string what, string remedy) : Exception($"{what}: {remedy}")
{
    /// <summary>The expression.</summary>
    public SyntaxNode Node { get; } = node;

    /// <summary>What it is.</summary>
    public string What { get; } = what;

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}
