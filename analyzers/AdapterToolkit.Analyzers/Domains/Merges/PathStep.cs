using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>One step of a path.</summary>
/// <param name="kind">How it leads on.</param>
/// <param name="symbol">The variable or member.</param>
/// <param name="key">The constant, or the number of a captured expression and the body that it is of.</param>
/// <param name="place">Where in the program it stands.</param>
internal sealed class PathStep(PathStepKind kind, ISymbol? symbol = null, object? key = null, SyntaxNode? place = null) : IEquatable<PathStep>
{
    private readonly SyntaxTree? _tree = place?.SyntaxTree;
    private readonly TextSpan _span = place?.Span ?? default;

    /// <summary>How it leads on.</summary>
    public PathStepKind Kind => kind;

    /// <summary>The variable or member.</summary>
    public ISymbol? Symbol => symbol;

    /// <summary>The constant, or the number of a captured expression and the body that it is of.</summary>
    public object? Key => key;

    /// <summary>Where in the program it stands.</summary>
    public SyntaxNode? Place => place;

    /// <inheritdoc/>
    public bool Equals(PathStep? other) =>
        other is not null && kind == other.Kind && SymbolEqualityComparer.Default.Equals(symbol, other.Symbol)
            && Equals(key, other.Key) && _tree == other._tree && _span == other._span;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PathStep);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        (((((int)kind * 31) + SymbolEqualityComparer.Default.GetHashCode(symbol)) * 31) + (key?.GetHashCode() ?? 0)) * 31 + _span.Start;
}
