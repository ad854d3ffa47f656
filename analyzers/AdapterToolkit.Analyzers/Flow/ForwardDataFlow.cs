using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// A forward data flow analysis: solves for the state at each block of a control flow graph, over branches, loops, and exception
/// handlers, by a worklist up to the fixed point. The states form a lattice; where control flow joins, so do they.
/// </summary>
/// <typeparam name="TState">The state at one point of the program: immutable.</typeparam>
internal abstract class ForwardDataFlow<TState>
    where TState : class
{
    /// <summary>How often a block is visited at most; this project's analyses reach their fixed point in far fewer.</summary>
    private const int MostVisits = 64;

    private readonly Dictionary<ControlFlowRegion, HashSet<int>> _afterFinally = [];
    private bool[] _isWaiting = [];
    private TState?[] _entries = [];

    /// <summary>Whether the states are solved for: each block is visited for the last time, so that what it does can be reported.</summary>
    protected bool IsAtFixedPoint { get; private set; }

    /// <summary>The least state above two: what holds where control flow joins.</summary>
    protected abstract TState Join(TState left, TState right);

    /// <summary>The transfer function of a block: its operations, then the value that decides or ends it.</summary>
    protected abstract TState Visit(BasicBlock block, TState state);

    /// <summary>What a branch tells beyond the state before it; null where it is never taken.</summary>
    /// <param name="block">A block that ends in a condition.</param>
    /// <param name="state">The state behind the block.</param>
    /// <param name="holds">Whether the condition holds on this branch.</param>
    protected virtual TState? Refine(BasicBlock block, TState state, bool holds) => state;

    /// <summary>The states in which an exception can leave a block.</summary>
    /// <param name="before">The state before the block.</param>
    /// <param name="after">The state behind it.</param>
    protected virtual IEnumerable<TState> Thrown(TState before, TState after) => [before, after];

    /// <summary>Whether a visit gathers all that there is in a block, so that without a loop none is visited twice.</summary>
    protected virtual bool GathersAtOnce => false;

    /// <summary>Whether visits depended on what was gathered behind them, so that they are to be made again.</summary>
    protected virtual bool LooksAhead => false;

    /// <summary>Forgets what the visits on the way to the fixed point gathered.</summary>
    protected virtual void Restart()
    {
    }

    /// <summary>
    /// Solves for the states from the entry of a graph on, then visits every reachable block once more, at the fixed point. Without a loop each block
    /// is visited once, behind all that lead to it: that is the fixed point already.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="initial">The state at the entry.</param>
    /// <returns>The state at the exit; null where it is never reached.</returns>
    protected TState? Analyze(ControlFlowGraph graph, TState initial)
    {
        IsAtFixedPoint = GathersAtOnce && !HasLoop(graph);
        Solve(graph, initial);
        if (!IsAtFixedPoint || LooksAhead)
        {
            IsAtFixedPoint = true;
            Restart();
            foreach (BasicBlock block in graph.Blocks)
            {
                if (_entries[block.Ordinal] is { } state)
                    Visit(block, state);
            }
        }

        return _entries[_entries.Length - 1];
    }

    /// <summary>Whether a branch leads back: blocks are numbered in the order of the text, handlers and finally blocks behind what they guard.</summary>
    private static bool HasLoop(ControlFlowGraph graph)
    {
        foreach (BasicBlock block in graph.Blocks)
        {
            if (LeadsBack(block.ConditionalSuccessor) || LeadsBack(block.FallThroughSuccessor))
                return true;
        }

        return false;

        static bool LeadsBack(ControlFlowBranch? branch) => branch is { Destination: { } next } && next.Ordinal <= branch.Source.Ordinal;
    }

    private void Solve(ControlFlowGraph graph, TState initial)
    {
        _entries = new TState?[graph.Blocks.Length];
        _isWaiting = new bool[graph.Blocks.Length];
        int[] visits = new int[graph.Blocks.Length];
        Propagate(0, initial);
        for (int ordinal = 0; ordinal >= 0; ordinal = Array.IndexOf(_isWaiting, true))
        {
            _isWaiting[ordinal] = false;
            if (++visits[ordinal] > MostVisits)
                continue;
            BasicBlock block = graph.Blocks[ordinal];
            TState before = _entries[ordinal]!;
            TState after = Visit(block, before);
            if (block.EnclosingRegion.Kind != ControlFlowRegionKind.Root)
            {
                foreach (TState thrown in Thrown(before, after))
                    PropagateToHandlers(block, thrown);
            }

            bool splits = block.ConditionKind != ControlFlowConditionKind.None;
            bool jumpsWhenTrue = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
            bool? alwaysHolds = splits && block.BranchValue?.ConstantValue is { HasValue: true, Value: bool constant } ? constant : null;
            if (splits && alwaysHolds != !jumpsWhenTrue)
                PropagateAlong(block.ConditionalSuccessor, Refine(block, after, jumpsWhenTrue));
            if (alwaysHolds != jumpsWhenTrue)
                PropagateAlong(block.FallThroughSuccessor, splits ? Refine(block, after, !jumpsWhenTrue) : after);
        }
    }

    private void PropagateAlong(ControlFlowBranch? branch, TState? state)
    {
        if (branch is null || state is null)
            return;
        if (branch.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling)
        {
            foreach (int destination in ContinuationsOf(FinallyAround(branch.Source)))
                Propagate(destination, state);
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

        Propagate(next, state);
    }

    /// <summary>
    /// An exception can leave a guarded block before and after anything in it. The regions around a function end with it: its root
    /// lies in those of the body around it.
    /// </summary>
    private void PropagateToHandlers(BasicBlock block, TState state)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
        {
            if (region is not { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { Kind: ControlFlowRegionKind.TryAndCatch } guarded })
                continue;
            foreach (ControlFlowRegion handler in guarded.NestedRegions)
            {
                if (handler.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler)
                    Propagate(handler.FirstBlockOrdinal, state);
            }
        }
    }

    private void Propagate(int ordinal, TState state)
    {
        TState joined = _entries[ordinal] is { } known ? Join(known, state) : state;
        if (_entries[ordinal] is { } old && (ReferenceEquals(joined, old) || joined.Equals(old)))
            return;
        _entries[ordinal] = joined;
        _isWaiting[ordinal] = true;
    }

    /// <summary>A new path leads through a finally block: its end, if it was reached, has one more successor.</summary>
    private void MarkEndOf(ControlFlowRegion region)
    {
        for (int ordinal = region.FirstBlockOrdinal; ordinal <= region.LastBlockOrdinal; ordinal++)
        {
            if (_entries[ordinal] is not null)
                _isWaiting[ordinal] = true;
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
