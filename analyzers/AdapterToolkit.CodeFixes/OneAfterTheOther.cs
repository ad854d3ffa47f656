using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.CodeFixes;

/// <summary>
/// Mends all places of a document, a project or a solution: in each file one after the other, so that each change sees those
/// before it, and what stands inside another place before that one. Two elements can go from one list, and neighbouring
/// statements from one block.
/// </summary>
internal sealed class OneAfterTheOther : DocumentBasedFixAllProvider
{
    /// <summary>The only one.</summary>
    public static OneAfterTheOther Instance { get; } = new();

    /// <inheritdoc/>
    protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        CancellationToken cancellation = fixAllContext.CancellationToken;
        if (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root)
            return document;
        (Document current, ImmutableArray<(Diagnostic Diagnostic, SyntaxAnnotation Mark)> marked) = Mark(document, root, diagnostics);
        foreach ((Diagnostic diagnostic, SyntaxAnnotation mark) in marked)
        {
            SyntaxNode changed = (await current.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
            if (changed.GetAnnotatedNodesAndTokens(mark).FirstOrDefault().GetLocation() is not { } place)
                continue;
            Diagnostic moved = Diagnostic.Create(diagnostic.Descriptor, place, diagnostic.AdditionalLocations, diagnostic.Properties);
            current = await FixAsync(fixAllContext, current, moved, cancellation).ConfigureAwait(false);
        }

        return current;
    }

    /// <summary>The file in which every place that is to be mended carries a mark.</summary>
    private static (Document Document, ImmutableArray<(Diagnostic Diagnostic, SyntaxAnnotation Mark)> Marked) Mark(
        Document document, SyntaxNode root, ImmutableArray<Diagnostic> diagnostics)
    {
        ImmutableArray<(Diagnostic Diagnostic, SyntaxAnnotation Mark)> marked = [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.End)
            .ThenByDescending(diagnostic => diagnostic.Location.SourceSpan.Start).Select(diagnostic => (diagnostic, new SyntaxAnnotation()))];
        ILookup<SyntaxNodeOrToken, SyntaxAnnotation> marks = marked.ToLookup(entry => PlaceOf(root, entry.Diagnostic.Location.SourceSpan), entry => entry.Mark);
        SyntaxNode withMarks = root.ReplaceSyntax(
            marks.Where(place => place.Key.IsNode).Select(place => place.Key.AsNode()!), (node, changed) => changed.WithAdditionalAnnotations([.. marks[node]]),
            marks.Where(place => place.Key.IsToken).Select(place => place.Key.AsToken()),
            (token, changed) => changed.WithAdditionalAnnotations([.. marks[token]]),
            [], (_, trivia) => trivia);
        return (document.WithSyntaxRoot(withMarks), marked);
    }

    private static SyntaxNodeOrToken PlaceOf(SyntaxNode root, TextSpan span) =>
        root.FindToken(span.Start) is { } token && token.Span == span && root.FindNode(span, getInnermostNodeForTie: true).Span != span
            ? token
            : root.FindNode(span, getInnermostNodeForTie: true);

    private static async Task<Document> FixAsync(FixAllContext context, Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        List<CodeAction> actions = [];
        await context.CodeFixProvider
            .RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), cancellation)).ConfigureAwait(false);
        if (actions.FirstOrDefault(action => action.EquivalenceKey == context.CodeActionEquivalenceKey) is not { } chosen)
            return document;
        ImmutableArray<CodeActionOperation> operations = await chosen.GetOperationsAsync(cancellation).ConfigureAwait(false);
        return operations.OfType<ApplyChangesOperation>().FirstOrDefault()?.ChangedSolution.GetDocument(document.Id) ?? document;
    }
}
