using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>One of the declarations of a partial class.</summary>
/// <param name="Node">The declaration.</param>
internal sealed record ClassPart(SyntaxNode Node)
{
    /// <summary>The parts of a class, in the order in which the compiler has them.</summary>
    public static ClassPart[] Of(INamedTypeSymbol type, CancellationToken cancellation) =>
        [.. type.DeclaringSyntaxReferences.Select(reference => new ClassPart(reference.GetSyntax(cancellation)))];

    /// <summary>The parts of a class, and of those that it derives from: their methods may be helpers, whose bodies stand in what is emitted.</summary>
    public static ClassPart[] OfHierarchy(INamedTypeSymbol type, CancellationToken cancellation)
    {
        List<ClassPart> parts = [];
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
            parts.AddRange(Of(current, cancellation));
        return [.. parts];
    }

    /// <summary>Whether a part reads the same in the same surroundings, wherever in its file it stands.</summary>
    public bool IsSameAs(ClassPart other) => ReferenceEquals(Node.SyntaxTree, other.Node.SyntaxTree)
        ? Node.Span == other.Node.Span
        : ReadsLike(other.Node) && Surroundings.Of(Node).LooksLike(Surroundings.Of(other.Node));

    private bool ReadsLike(SyntaxNode other) =>
        Node.IsIncrementallyIdenticalTo(other) || (Node.IsEquivalentTo(other, topLevel: false) && Node.ToFullString() == other.ToFullString());
}
