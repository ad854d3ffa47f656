using System.Collections.Immutable;
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
public sealed class AddPartialFix : CodeFixProvider
{
    private const string Title = "Add 'partial'";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["ADT0001"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } declaration && declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Any(IsWhole))
                context.RegisterCodeFix(CodeAction.Create(Title, cancellation => ApplyAsync(context.Document, declaration, cancellation), Title), diagnostic);
        }
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
