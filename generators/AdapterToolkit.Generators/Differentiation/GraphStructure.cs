using System.Runtime.CompilerServices;
using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Differentiation;

/// <summary>The parts of a graph by their numbers: which operation uses which values, and where ways of control meet.</summary>
internal sealed class GraphStructure
{
    private readonly Dictionary<Operation, HashSet<int>> _uses = new(ByReference<Operation>.Instance);
    private readonly Stack<Loop> _loops = new();
    private readonly CancellationToken _cancellation;

    /// <summary>Reads a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="cancellation">Ends the reading at the next operation.</param>
    public GraphStructure(Graph graph, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Graph = graph;
        Visit(graph.Body, null);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>All operations, those inside choices and loops after the one that holds them.</summary>
    public List<Operation> Operations { get; } = [];

    /// <summary>Where one value becomes another: a choice's arm yields it, a loop carries or returns it.</summary>
    public List<(int From, int To)> Handovers { get; } = [];

    /// <summary>The values that the body returns.</summary>
    public List<int> Returned { get; } = [];

    /// <summary>The values that an operation, or one inside it, uses.</summary>
    public HashSet<int> UsesOf(Operation operation)
    {
        if (_uses.TryGetValue(operation, out HashSet<int>? known))
            return known;
        HashSet<int> uses = [];
        switch (operation)
        {
            case CarriedStatement statement:
                uses.UnionWith(statement.Text.Values);
                break;
            case LayerCall call:
                uses.UnionWith(call.Receiver.Values);
                AddArguments(uses, call.Arguments);
                break;
            case OperatorCall call:
                uses.UnionWith(call.Target.Values);
                AddArguments(uses, call.Arguments);
                break;
            case Choice choice:
                uses.UnionWith(choice.Condition.Values);
                uses.UnionWith(UsesOf(choice.Then));
                uses.UnionWith(UsesOf(choice.Else));
                break;
            case Loop loop:
                uses.UnionWith(loop.Header.Values);
                uses.UnionWith(loop.Footer?.Values ?? []);
                uses.UnionWith(loop.Carried.Select(carried => carried.Initial));
                uses.UnionWith(UsesOf(loop.Body));
                break;
        }

        _uses[operation] = uses;
        return uses;
    }

    /// <summary>The values that a region uses, its own included.</summary>
    public IEnumerable<int> UsesOf(Region region) => region.Operations.SelectMany(UsesOf).Concat(UsesOf(region.End));

    /// <summary>The values that a region hands on.</summary>
    public static IEnumerable<int> UsesOf(Terminator end) => end.Values.Concat(end.Text?.Values ?? []);

    /// <summary>The values that an operation defines for what follows it.</summary>
    public static IEnumerable<int> DefinedBy(Operation operation) => operation switch
    {
        LayerCall call => [call.Result],
        OperatorCall call => [call.Result],
        Choice choice => choice.Results,
        Loop loop => loop.Carried.Select(carried => carried.After).Concat(loop.Returned < 0 ? [] : [loop.Returned]),
        _ => [],
    };

    private static void AddArguments(HashSet<int> uses, EquatableArray<Argument> arguments)
    {
        foreach (Argument argument in arguments)
        {
            if (argument.IsTensor)
                uses.Add(argument.Value);
            uses.UnionWith(argument.Text?.Values ?? []);
        }
    }

    private void Visit(Region region, Operation? owner)
    {
        foreach (Operation operation in region.Operations)
        {
            _cancellation.ThrowIfCancellationRequested();
            Operations.Add(operation);
            if (operation is Choice choice)
            {
                Visit(choice.Then, choice);
                Visit(choice.Else, choice);
            }
            else if (operation is Loop loop)
            {
                foreach (Carried carried in loop.Carried)
                {
                    Handovers.Add((carried.Initial, carried.Inside));
                    Handovers.Add((carried.Initial, carried.After));
                }

                _loops.Push(loop);
                Visit(loop.Body, loop);
                _loops.Pop();
            }
        }

        Leave(region.End, owner);
    }

    private void Leave(Terminator end, Operation? owner)
    {
        switch (end.Kind)
        {
            case TerminatorKind.Return:
                Returned.AddRange(end.Values);
                break;
            case TerminatorKind.Yield when owner is Choice choice:
                for (int i = 0; i < choice.Results.Count; i++)
                    Handovers.Add((end.Values[i], choice.Results[i]));
                break;
            case TerminatorKind.Continue or TerminatorKind.Break or TerminatorKind.ReturnFromLoop:
                Loop loop = _loops.Peek();
                for (int i = 0; i < loop.Carried.Count; i++)
                {
                    Handovers.Add((end.Values[i], loop.Carried[i].Inside));
                    Handovers.Add((end.Values[i], loop.Carried[i].After));
                }

                if (end.Kind == TerminatorKind.ReturnFromLoop)
                    Handovers.Add((end.Values[loop.Carried.Count], loop.Returned));
                break;
        }
    }

    /// <summary>Tells objects apart that are equal by value.</summary>
    internal sealed class ByReference<T> : IEqualityComparer<T>
        where T : class
    {
        public static ByReference<T> Instance { get; } = new();

        public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

        public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
