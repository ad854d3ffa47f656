using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace AdapterToolkit.CodeFixes;

/// <summary>A fix for one rule. It can be applied everywhere in a document, a project or a solution at once.</summary>
public abstract class RuleFix : CodeFixProvider
{
    private protected RuleFix(string rule) => FixableDiagnosticIds = [rule];

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; }

    /// <summary>How the fix is applied everywhere; one whose changes may meet brings its own way.</summary>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root)
            return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
            await OfferAsync(context, root, diagnostic).ConfigureAwait(false);
    }

    /// <summary>Offers what mends one diagnostic, where anything does.</summary>
    /// <param name="context">Where to offer it.</param>
    /// <param name="root">The file that the diagnostic is in.</param>
    /// <param name="diagnostic">The diagnostic.</param>
    private protected abstract Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic);

    /// <summary>Offers to replace the file by a changed one.</summary>
    private protected static void Offer(CodeFixContext context, Diagnostic diagnostic, string title, Func<SyntaxNode> change) =>
        context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(change())), title), diagnostic);
}
