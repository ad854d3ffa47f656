using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace AdapterToolkit.CodeFixes;

/// <summary>Makes a class, and those around it, <c>partial</c> (ADT0001).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddPartialFix)), Shared]
public sealed class AddPartialFix() : RuleFix("ADT0001")
{
    private const string Title = "Add 'partial'";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } declaration && declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Any(IsWhole))
            context.RegisterCodeFix(CodeAction.Create(Title, cancellation => ApplyAsync(context.Document, declaration, cancellation), Title), diagnostic);
        return Task.CompletedTask;
    }

    private static bool IsWhole(TypeDeclarationSyntax declaration) => !declaration.Modifiers.Any(SyntaxKind.PartialKeyword);

    private static async Task<Document> ApplyAsync(Document document, TypeDeclarationSyntax declaration, CancellationToken cancellation)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        foreach (TypeDeclarationSyntax whole in declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Where(IsWhole))
            editor.SetModifiers(whole, DeclarationModifiers.From(editor.SemanticModel.GetDeclaredSymbol(whole, cancellation)!).WithPartial(true));
        return editor.GetChangedDocument();
    }
}
