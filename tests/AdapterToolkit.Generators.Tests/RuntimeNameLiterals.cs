using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// Finds string literals, and texts between the holes of interpolated ones, that name a type of the runtime, alone or with a namespace before it, or one
/// of its namespaces in full. Text that uses a type by its last name within a longer text is not one: what that name means is said by a directive above it.
/// </summary>
internal sealed class RuntimeNameLiterals
{
    /// <summary>The namespace of what the generator emits for the runtime itself.</summary>
    private const string Emitted = ".Generated.";

    private readonly string _root;
    private readonly HashSet<string> _types;
    private readonly HashSet<string> _spaces;

    /// <summary>Knows an assembly's public names.</summary>
    /// <param name="runtime">The assembly.</param>
    public RuntimeNameLiterals(IAssemblySymbol runtime)
    {
        _root = runtime.Name;
        INamedTypeSymbol[] types =
        [
            .. TypesOf(runtime.GlobalNamespace)
                .Where(type => type.DeclaredAccessibility == Accessibility.Public && !type.ContainingNamespace.ToDisplayString().Contains(Emitted)),
        ];
        _types = [.. types.Select(type => type.Name)];
        _spaces = [.. types.Select(type => type.ContainingNamespace.Name)];
    }

    /// <summary>The literals of a file.</summary>
    public IEnumerable<string> In(SyntaxTree tree) => tree.GetRoot().DescendantTokens()
        .Where(token => token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedStringTextToken)
        .Where(token => Names(token))
        .Select(token => $"{Path.GetFileName(tree.FilePath)}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {token.ValueText.Trim()}");

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesOf));

    private bool Names(SyntaxToken token)
    {
        // A text between holes is no whole name: the holes continue it.
        bool isWhole = token.Parent is LiteralExpressionSyntax;
        if (isWhole && _types.Contains(token.ValueText))
            return true;
        string[] words = token.ValueText.Split([.. token.ValueText.Where(letter => !char.IsLetterOrDigit(letter) && letter is not ('.' or '_')).Distinct()]);
        return words.Any(IsQualified);
    }

    /// <summary>Whether a word has a namespace of the runtime before one of its types, or before another of its namespaces.</summary>
    private bool IsQualified(string word)
    {
        string[] parts = word.Split('.');
        return parts.Zip(parts.Skip(1)).Any(pair =>
            (_spaces.Contains(pair.First) || pair.First == _root) && (_types.Contains(pair.Second) || _spaces.Contains(pair.Second)));
    }
}
