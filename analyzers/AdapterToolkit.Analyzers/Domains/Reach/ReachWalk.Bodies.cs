using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <content>Bodies: a backward analysis of live variables, up to its fixed point.</content>
internal sealed partial class ReachWalk
{
    /// <summary>Walks a method once for each way in which it is used.</summary>
    /// <param name="method">The method.</param>
    /// <param name="isDemanded">Whether its result is used.</param>
    /// <param name="scope">The graph that a local function is declared in.</param>
    /// <returns>The variables whose values it uses; null where that is not known.</returns>
    private HashSet<object>? Run(IMethodSymbol method, bool isDemanded, ControlFlowGraph? scope = null)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;
        if (_bodies.TryGetValue((method, isDemanded), out HashSet<object>? known))
            return known;
        _bodies[(method, isDemanded)] = null;
        HashSet<object>? used = null;
        foreach (ControlFlowGraph graph in GraphsOf(method, scope))
        {
            if (_types.IsTensor(method.ReturnType) && graph.Blocks[graph.Blocks.Length - 1].Predecessors.Any(LacksReturn))
                Break();
            (used ??= []).UnionWith(Solve(new Body(graph, isDemanded, method)));
        }

        return _bodies[(method, isDemanded)] = used;
    }

    private static bool LacksReturn(ControlFlowBranch end) => end.Source.IsReachable && end.Semantics == ControlFlowBranchSemantics.Regular;

    private IEnumerable<ControlFlowGraph> GraphsOf(IMethodSymbol method, ControlFlowGraph? scope)
    {
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            MayReachAll |= scope is null;
            return scope is null ? [] : [scope.GetLocalFunctionControlFlowGraphInScope(method)];
        }

        return method.DeclaringSyntaxReferences
            .Select(reference => Bodies.Of(_compilation).OperationOf(reference.GetSyntax(), CancellationToken.None) switch
            {
                IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body),
                IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body),
                _ => null,
            })
            .OfType<ControlFlowGraph>();
    }

    /// <summary>Walks a body.</summary>
    /// <returns>The variables whose values are used from its beginning on.</returns>
    private HashSet<object> Solve(Body body)
    {
        ControlFlowGraph graph = body.Graph!;
        HashSet<object>[] entries = [.. graph.Blocks.Select(_ => new HashSet<object>())];
        ILookup<ControlFlowRegion, int> afterFinally = graph.Blocks.SelectMany(BranchesOf)
            .SelectMany(branch => branch.FinallyRegions.Select(region => (Region: region, branch.Destination)))
            .Where(pair => pair.Destination is not null).ToLookup(pair => pair.Region, pair => pair.Destination!.Ordinal);
        bool changes = true;
        while (changes && !MayReachAll)
        {
            changes = false;
            for (int i = graph.Blocks.Length - 1; i >= 0; i--)
            {
                BasicBlock block = graph.Blocks[i];
                if (!block.IsReachable)
                    continue;
                body.Live = [.. BranchesOf(block).SelectMany(branch => Behind(branch, block, afterFinally)).SelectMany(next => entries[next])];
                body.UsedByHandlers = [.. HandlersAround(block).SelectMany(next => entries[next])];
                if (block.BranchValue is { } value)
                    Evaluate(value, body, body.IsResultDemanded || block.ConditionKind != ControlFlowConditionKind.None
                        || block.FallThroughSuccessor?.Semantics != ControlFlowBranchSemantics.Return);
                foreach (IOperation operation in block.Operations.Reverse())
                    Execute(operation, body);
                body.Live.UnionWith(body.UsedByHandlers);
                int before = entries[i].Count;
                entries[i].UnionWith(body.Live);
                changes |= entries[i].Count > before;
            }
        }

        entries[0].UnionWith(body.Escaping);
        return entries[0];
    }

    private static IEnumerable<ControlFlowBranch> BranchesOf(BasicBlock block) =>
        new[] { block.FallThroughSuccessor, block.ConditionalSuccessor }.OfType<ControlFlowBranch>();

    private static IEnumerable<int> Behind(ControlFlowBranch branch, BasicBlock block, ILookup<ControlFlowRegion, int> afterFinally)
    {
        if (branch.Destination is { } next)
            return branch.FinallyRegions.Select(region => region.FirstBlockOrdinal).Append(next.Ordinal);
        return RegionsAround(block).Where(region => region.Kind == ControlFlowRegionKind.Finally).Take(1).SelectMany(region => afterFinally[region]);
    }

    private static IEnumerable<int> HandlersAround(BasicBlock block) =>
        RegionsAround(block).Where(region => region.Kind == ControlFlowRegionKind.Try)
            .SelectMany(region => region.EnclosingRegion!.NestedRegions.Where(handler => handler != region).Select(handler => handler.FirstBlockOrdinal));

    private static IEnumerable<ControlFlowRegion> RegionsAround(BasicBlock block)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
            yield return region;
    }
}
