using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>
/// What decides, besides its own text, how a declaration is understood: its file's options, the namespaces and types that it is nested in, their usings,
/// and how null is treated where it begins.
/// </summary>
internal static class Surroundings
{
    /// <summary>The surroundings of a declaration.</summary>
    public static Declaration Of(SyntaxNode node)
    {
        DeclarationText text = new();
        Write(node, text);
        return text.ToDeclaration();
    }

    /// <summary>Writes the surroundings of a declaration.</summary>
    public static void Write(SyntaxNode node, DeclarationText text)
    {
        CompilationUnitSyntax root = (CompilationUnitSyntax)node.SyntaxTree.GetRoot();
        text.Add(OptionsOf(root));
        text.Add(NullableBefore(node, root));
        foreach (SyntaxNode outer in node.Ancestors())
        {
            switch (outer)
            {
                case BaseTypeDeclarationSyntax type:
                    text.Add($"in {type.Identifier.ValueText}");
                    text.AddNames([type.Identifier.ValueText]);
                    break;
                case BaseNamespaceDeclarationSyntax space:
                    text.Add($"in {space.Name}");
                    WriteUsings(space.Externs, space.Usings, text);
                    break;
                case CompilationUnitSyntax file:
                    WriteUsings(file.Externs, file.Usings, text);
                    break;
            }
        }
    }

    private static void WriteUsings(SyntaxList<ExternAliasDirectiveSyntax> externs, SyntaxList<UsingDirectiveSyntax> usings, DeclarationText text)
    {
        foreach (SyntaxNode directive in externs.Concat<SyntaxNode>(usings))
            text.Add(directive);
    }

    /// <summary>The path of a file, its language, and whether it says that it is generated: such files treat null by other rules.</summary>
    private static string OptionsOf(CompilationUnitSyntax root)
    {
        CSharpParseOptions options = (CSharpParseOptions)root.SyntaxTree.Options;
        bool isMarked = root.GetLeadingTrivia().Any(trivia => trivia.ToString().Contains("<auto"));
        string features = string.Join(" ", options.Features.Select(feature => $"{feature.Key}={feature.Value}"));
        return $"{root.SyntaxTree.FilePath}\n{options.LanguageVersion} {features}\n{isMarked}";
    }

    private static string NullableBefore(SyntaxNode node, CompilationUnitSyntax root)
    {
        string directives = "";
        if (!root.ContainsDirectives)
            return directives;
        for (DirectiveTriviaSyntax? directive = root.GetFirstDirective(IsNullable);
            directive is not null && directive.SpanStart < node.SpanStart;
            directive = directive.GetNextDirective(IsNullable))
            directives += directive.ToString() + "\n";
        return directives;
    }

    private static bool IsNullable(DirectiveTriviaSyntax directive) => directive is NullableDirectiveTriviaSyntax;
}
