using System.Composition;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.CodeFixes;

/// <summary>
/// Runs a layer that <c>Forward</c> never reaches (ADT0104), where only one place is possible: <c>Forward</c> runs layers one
/// behind the other in the order of their declarations, and the layer's dimensions fit where its declaration stands.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RunLayerInForwardFix)), Shared]
public sealed class RunLayerInForwardFix() : RuleFix("ADT0104")
{
    private const string Title = "Run the layer in Forward";
    private const string Forward = "Forward";

    private protected override async Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (await InsertAsync(context.Document, root.FindNode(diagnostic.Location.SourceSpan), context.CancellationToken).ConfigureAwait(false) is { } changed)
            context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), Title), diagnostic);
    }

    /// <summary>The file with the layer's call; null where there is no place for it, or more than one.</summary>
    private static async Task<SyntaxNode?> InsertAsync(Document document, SyntaxNode declaration, CancellationToken cancellation)
    {
        if (await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            || model.GetDeclaredSymbol(declaration, cancellation) is not { IsStatic: false, ContainingType: { } type } layer)
            return null;
        KnownTypes types = KnownTypes.Of(model.Compilation);
        ITypeSymbol? layerType = (layer as IPropertySymbol)?.Type ?? (layer as IFieldSymbol)?.Type;
        if (!types.IsLinear(layerType) || layerType!.NullableAnnotation == NullableAnnotation.Annotated
            || type.GetMembers(Forward).OfType<IMethodSymbol>().ToArray() is not [{ DeclaringSyntaxReferences: [{ } reference] } forward]
            || reference.SyntaxTree != model.SyntaxTree
            || model.GetOperation(reference.GetSyntax(cancellation), cancellation) is not IMethodBodyOperation body
            || ForwardChain.Of(forward, body, types) is not { Calls.Count: > 0 } chain)
            return null;
        int[] order = [.. chain.Modules.Select(PlaceOf)];
        if (order.Contains(-1) || order.Zip(order.Skip(1), (left, right) => left < right).Contains(false)
            || MadeLayer.SizeOf(layer, model, types) is not { } size)
            return null;
        int place = order.Count(position => position < PlaceOf(layer));
        if ((place > 0 && MadeLayer.SizeOf(chain.Modules[place - 1], model, types)?.Out.Is(size.In) != true)
            || (place < order.Length && MadeLayer.SizeOf(chain.Modules[place], model, types)?.In.Is(size.Out) != true))
            return null;
        ExpressionSyntax fed = place == order.Length
            ? chain.Result
            : (ExpressionSyntax)chain.Calls[place].Arguments.First(argument => argument.Parameter!.Ordinal == 0).Value.Syntax;
        ExpressionSyntax beside = (ExpressionSyntax)chain.Calls[Math.Min(place, order.Length - 1)].Instance!.Syntax;
        SyntaxNode root = await model.SyntaxTree.GetRootAsync(cancellation).ConfigureAwait(false);
        return Run(root, fed, Named(beside, layer.Name));

        int PlaceOf(ISymbol member) =>
            member.DeclaringSyntaxReferences is [{ } declared] && declared.SyntaxTree == model.SyntaxTree
                && SymbolEqualityComparer.Default.Equals(member.ContainingType, type) ? declared.Span.Start : -1;
    }

    /// <summary>Runs a layer on an expression: in a statement of its own where the layer before it has one, else around the expression.</summary>
    private static SyntaxNode Run(SyntaxNode root, ExpressionSyntax fed, ExpressionSyntax layer)
    {
        if (fed is IdentifierNameSyntax { Identifier.ValueText: var variable }
            && fed.FirstAncestorOrSelf<StatementSyntax>() is { Parent: BlockSyntax block } statement
            && block.Statements.IndexOf(statement) is > 0 and var index
            && block.Statements[index - 1] is ExpressionStatementSyntax before
            && before.Expression is AssignmentExpressionSyntax { Left: IdentifierNameSyntax assigned }
            && assigned.Identifier.ValueText == variable
            && before.GetTrailingTrivia().Any(SyntaxKind.EndOfLineTrivia))
        {
            StatementSyntax step = SyntaxFactory.ParseStatement($"{fed.WithoutTrivia()} = {Call(layer, fed)};")
                .WithLeadingTrivia(before.GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).Take(1))
                .WithTrailingTrivia(before.GetTrailingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)));
            return root.InsertNodesAfter(before, [step]);
        }

        return root.ReplaceNode(fed, Call(layer, fed).WithTriviaFrom(fed));
    }

    private static InvocationExpressionSyntax Call(ExpressionSyntax layer, ExpressionSyntax fed) => SyntaxFactory.InvocationExpression(
        SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, layer, SyntaxFactory.IdentifierName(Forward)),
        SyntaxFactory.ArgumentList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Argument(fed.WithoutTrivia()))));

    /// <summary>A member, named as the one beside it is: with or without <c>this</c>.</summary>
    private static ExpressionSyntax Named(ExpressionSyntax beside, string name) =>
        beside is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } self
            ? self.WithName(SyntaxFactory.IdentifierName(name)).WithoutTrivia()
            : SyntaxFactory.IdentifierName(name);
}
