using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Finds the merges of a body into weights of so few bits that they round an adapter away.</summary>
internal static class LossyMerges
{
    /// <summary>The fewest bits of a weight that keep what an adapter adds to it.</summary>
    public const int FewestBitsThatKeepAnAdapter = 16;

    /// <summary>The merges, in the order of the program, each with the bits.</summary>
    /// <param name="analysis">What is known of the compilation.</param>
    /// <param name="body">The body.</param>
    /// <param name="graph">The body, as a graph.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public static IEnumerable<(IInvocationOperation Merge, int Bits)> Of(
        HeldAnalysis analysis, IOperation body, Func<IOperation, ControlFlowGraph> graph, ISymbol symbol, CancellationToken cancellation)
    {
        Dictionary<SyntaxNode, IInvocationOperation> merges = [];
        foreach (IInvocationOperation call in body.Descendants().OfType<IInvocationOperation>().Where(analysis.Types.IsMerge))
            merges[call.Syntax] = call;
        if (merges.Count == 0)
            return [];
        bool asksForFormat = body.Descendants().OfType<IPropertyReferenceOperation>()
            .Any(property => analysis.Types.UseOf(property.Property) == AdapterUse.Format);
        return analysis.Run(graph(body), symbol, cancellation).Merges.OrderBy(merge => merge.Key.SpanStart)
            .Where(merge => merges.TryGetValue(merge.Key, out IInvocationOperation? call)
                && !(analysis.Types.UseOf(call.TargetMethod) == AdapterUse.Merge && (asksForFormat || IsAlternative(analysis.Types, call, merges.Values))))
            .Select(merge => (merges[merge.Key], merge.Value));
    }

    /// <summary>Whether the program chooses between a merge and one of the same object to 16 or 32 bits.</summary>
    private static bool IsAlternative(MergeTypes types, IInvocationOperation merge, IEnumerable<IInvocationOperation> merges) =>
        Receiver.Of(merge)?.Syntax is { } target
            && merges.Any(other => types.UseOf(other.TargetMethod) is AdapterUse.MergeTo or AdapterUse.MergeToBaseType
                && Receiver.Of(other)?.Syntax is { } same && SyntaxFactory.AreEquivalent(target, same) && AreApart(merge, other));

    /// <summary>Whether two operations stand in different parts of a choice.</summary>
    private static bool AreApart(IOperation left, IOperation right)
    {
        HashSet<IOperation> around = [right];
        for (IOperation? current = right.Parent; current is not null; current = current.Parent)
            around.Add(current);
        IOperation part = left;
        while (part.Parent is { } parent && !around.Contains(parent))
            part = parent;
        return part.Parent is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ITryOperation;
    }
}
