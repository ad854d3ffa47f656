using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Follows a state through a control flow graph, over branches, loops, and exception handlers, until it changes nowhere any
/// more. What can hold on one of several ways holds where they meet.
/// </summary>
/// <typeparam name="TState">The state at one point of the program: immutable.</typeparam>
internal abstract class ForwardFlow<TState>
    where TState : class
{
    /// <summary>How often a block is visited at most; the states of this project's analyses settle in far fewer.</summary>
    private const int MostVisits = 64;

    private readonly Dictionary<ControlFlowRegion, HashSet<int>> _afterFinally = [];
    private readonly SortedSet<int> _pending = [];
    private TState?[] _entries = [];

    /// <summary>What holds where two ways meet.</summary>
    protected abstract TState Join(TState left, TState right);

    /// <summary>Runs a block: its operations, then the value that decides or ends it.</summary>
    protected abstract TState Visit(BasicBlock block, TState state);

    /// <summary>What a branch tells beyond the state before it.</summary>
    /// <param name="block">A block that ends in a condition.</param>
    /// <param name="state">The state behind the block.</param>
    /// <param name="holds">Whether the condition holds on this way.</param>
    protected virtual TState Refine(BasicBlock block, TState state, bool holds) => state;

    /// <summary>The states in which an exception can leave a block.</summary>
    /// <param name="before">The state before the block.</param>
    /// <param name="after">The state behind it.</param>
    protected virtual IEnumerable<TState> Thrown(TState before, TState after) => [before, after];

    /// <summary>Follows the state from the entry of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="initial">The state at the entry.</param>
    /// <returns>The state before each block; null for one that is never reached.</returns>
    protected TState?[] Settle(ControlFlowGraph graph, TState initial)
    {
        _entries = new TState?[graph.Blocks.Length];
        int[] visits = new int[graph.Blocks.Length];
        Reach(0, initial);
        while (_pending.Count > 0)
        {
            int ordinal = _pending.Min;
            _pending.Remove(ordinal);
            if (++visits[ordinal] > MostVisits)
                continue;
            BasicBlock block = graph.Blocks[ordinal];
            TState before = _entries[ordinal]!;
            TState after = Visit(block, before);
            foreach (TState thrown in Thrown(before, after))
                ReachHandlers(block, thrown);
            bool splits = block.ConditionKind != ControlFlowConditionKind.None;
            bool jumpsWhenTrue = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
            bool? alwaysHolds = splits && block.BranchValue?.ConstantValue is { HasValue: true, Value: bool constant } ? constant : null;
            if (splits && alwaysHolds != !jumpsWhenTrue)
                Follow(block.ConditionalSuccessor, Refine(block, after, jumpsWhenTrue));
            if (alwaysHolds != jumpsWhenTrue)
                Follow(block.FallThroughSuccessor, splits ? Refine(block, after, !jumpsWhenTrue) : after);
        }

        return _entries;
    }

    /// <summary>Runs every block that is reached once more, on the state that it settled at.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="entries">The state before each block.</param>
    protected void VisitSettled(ControlFlowGraph graph, TState?[] entries)
    {
        foreach (BasicBlock block in graph.Blocks)
        {
            if (entries[block.Ordinal] is { } state)
                Visit(block, state);
        }
    }

    private void Follow(ControlFlowBranch? branch, TState state)
    {
        if (branch is null)
            return;
        if (branch.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling)
        {
            foreach (int destination in ContinuationsOf(FinallyAround(branch.Source)))
                Reach(destination, state);
            return;
        }

        if (branch.Destination is not { } target)
            return;
        int next = target.Ordinal;
        for (int i = branch.FinallyRegions.Length - 1; i >= 0; i--)
        {
            ContinuationsOf(branch.FinallyRegions[i]).Add(next);
            next = branch.FinallyRegions[i].FirstBlockOrdinal;
            MarkEndOf(branch.FinallyRegions[i]);
        }

        Reach(next, state);
    }

    /// <summary>
    /// An exception can leave a guarded block before and after anything in it. The regions around a function end with it: its root
    /// lies in those of the body around it.
    /// </summary>
    private void ReachHandlers(BasicBlock block, TState state)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
        {
            if (region is not { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { Kind: ControlFlowRegionKind.TryAndCatch } guarded })
                continue;
            foreach (ControlFlowRegion handler in guarded.NestedRegions)
            {
                if (handler.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler)
                    Reach(handler.FirstBlockOrdinal, state);
            }
        }
    }

    private void Reach(int ordinal, TState state)
    {
        TState joined = _entries[ordinal] is { } known ? Join(known, state) : state;
        if (_entries[ordinal] is { } old && joined.Equals(old))
            return;
        _entries[ordinal] = joined;
        _pending.Add(ordinal);
    }

    /// <summary>A new way leads through a finally block: its end, if it was reached, has one more place to go on.</summary>
    private void MarkEndOf(ControlFlowRegion region)
    {
        for (int ordinal = region.FirstBlockOrdinal; ordinal <= region.LastBlockOrdinal; ordinal++)
        {
            if (_entries[ordinal] is not null)
                _pending.Add(ordinal);
        }
    }

    private HashSet<int> ContinuationsOf(ControlFlowRegion? region)
    {
        if (region is null)
            return [];
        if (!_afterFinally.TryGetValue(region, out HashSet<int>? destinations))
            _afterFinally.Add(region, destinations = []);
        return destinations;
    }

    private static ControlFlowRegion? FinallyAround(BasicBlock block)
    {
        ControlFlowRegion? region = block.EnclosingRegion;
        while (region is { Kind: not (ControlFlowRegionKind.Finally or ControlFlowRegionKind.Root) })
            region = region.EnclosingRegion;
        return region;
    }
}
