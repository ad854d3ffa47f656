using System.Composition;
using AdapterToolkit.Analyzers.Rules;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>Makes a class, and those around it, <c>partial</c> (ADT0001).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddPartialFix)), Shared]
public sealed class AddPartialFix() : RuleFix("ADT0001")
{
    private const string Title = "Add 'partial'";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        TypeDeclarationSyntax[] whole = [.. WholeTypes(root, diagnostic)];
        if (whole.Length > 0)
            Offer(context, diagnostic, Title, () => MakePartial(root, whole));
        return Task.CompletedTask;
    }

    /// <summary>The declarations that are to become partial: of the class and those around it. None where the diagnostic is about something else.</summary>
    private static IEnumerable<TypeDeclarationSyntax> WholeTypes(SyntaxNode root, Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(Found.Problem, out string? problem) && problem?.Contains(DeclarationRules.NotPartial) == true
            ? root.FindNode(diagnostic.Location.SourceSpan).AncestorsAndSelf().OfType<TypeDeclarationSyntax>()
                .Where(declaration => !declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            : [];

    private static SyntaxNode MakePartial(SyntaxNode root, IEnumerable<TypeDeclarationSyntax> declarations) =>
        root.ReplaceNodes(declarations, (_, declaration) => MakePartial(declaration));

    /// <summary>
    /// A declaration with <c>partial</c> as its last modifier, where the language wants it. What stood before the keyword stands before <c>partial</c>.
    /// </summary>
    private static TypeDeclarationSyntax MakePartial(TypeDeclarationSyntax declaration)
    {
        SyntaxToken keyword = declaration.Keyword;
        SyntaxToken partial = SyntaxFactory.Token(keyword.LeadingTrivia, SyntaxKind.PartialKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space));
        return (TypeDeclarationSyntax)declaration.WithKeyword(keyword.WithLeadingTrivia()).AddModifiers(partial);
    }
}
