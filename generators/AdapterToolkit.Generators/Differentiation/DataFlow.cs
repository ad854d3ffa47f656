using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Differentiation;

/// <summary>The data flow of a graph: which operations use and define which values, and which values flow into each phi.</summary>
internal sealed class DataFlow
{
    private readonly Dictionary<Operation, HashSet<int>> _uses = new(ReferenceEqualityComparer<Operation>.Instance);
    private readonly Stack<Loop> _loops = new();
    private readonly CancellationToken _cancellation;

    /// <summary>Reads a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="cancellation">Ends the reading at the next operation.</param>
    public DataFlow(Graph graph, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Graph = graph;
        Visit(graph.Body, null);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>All operations in preorder: those of a region after the operation that holds it.</summary>
    public List<Operation> Operations { get; } = [];

    /// <summary>
    /// The operands of the phis: the results of conditionals, which their branches yield, and the block arguments and results of
    /// loops, which their initial operands and their terminators give.
    /// </summary>
    public List<(int Operand, int Phi)> PhiOperands { get; } = [];

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
            case OpaqueStatement statement:
                uses.UnionWith(statement.Code.Operands);
                break;
            case LayerCall call:
                uses.UnionWith(call.Receiver.Operands);
                AddArguments(uses, call.Arguments);
                break;
            case OperatorCall call:
                uses.UnionWith(call.Target.Operands);
                AddArguments(uses, call.Arguments);
                break;
            case Conditional conditional:
                uses.UnionWith(conditional.Condition.Operands);
                uses.UnionWith(UsesOf(conditional.Then));
                uses.UnionWith(UsesOf(conditional.Else));
                break;
            case Loop loop:
                uses.UnionWith(loop.Header.Operands);
                uses.UnionWith(loop.Footer?.Operands ?? []);
                uses.UnionWith(loop.CarriedValues.Select(carried => carried.Initial));
                uses.UnionWith(UsesOf(loop.Body));
                break;
        }

        _uses[operation] = uses;
        return uses;
    }

    /// <summary>The values that a region uses, those that it defines included.</summary>
    public IEnumerable<int> UsesOf(Region region) => region.Operations.SelectMany(UsesOf).Concat(UsesOf(region.Terminator));

    /// <summary>The values that a terminator uses.</summary>
    public static IEnumerable<int> UsesOf(Terminator terminator) => terminator.Operands.Concat(terminator.Code?.Operands ?? []);

    /// <summary>The values that an operation defines for what follows it.</summary>
    public static IEnumerable<int> DefinedBy(Operation operation) => operation switch
    {
        LayerCall call => [call.Result],
        OperatorCall call => [call.Result],
        Conditional conditional => conditional.Results,
        Loop loop => loop.CarriedValues.Select(carried => carried.Result).Concat(loop.Returned < 0 ? [] : [loop.Returned]),
        _ => [],
    };

    private static void AddArguments(HashSet<int> uses, EquatableArray<Argument> arguments)
    {
        foreach (Argument argument in arguments)
        {
            if (argument.IsTensor)
                uses.Add(argument.Value);
            uses.UnionWith(argument.Code?.Operands ?? []);
        }
    }

    private void Visit(Region region, Operation? parent)
    {
        foreach (Operation operation in region.Operations)
        {
            _cancellation.ThrowIfCancellationRequested();
            Operations.Add(operation);
            if (operation is Conditional conditional)
            {
                Visit(conditional.Then, conditional);
                Visit(conditional.Else, conditional);
            }
            else if (operation is Loop loop)
            {
                foreach (LoopCarriedValue carried in loop.CarriedValues)
                {
                    PhiOperands.Add((carried.Initial, carried.Argument));
                    PhiOperands.Add((carried.Initial, carried.Result));
                }

                _loops.Push(loop);
                Visit(loop.Body, loop);
                _loops.Pop();
            }
        }

        VisitTerminator(region.Terminator, parent);
    }

    private void VisitTerminator(Terminator terminator, Operation? parent)
    {
        switch (terminator.Kind)
        {
            case TerminatorKind.Return:
                Returned.AddRange(terminator.Operands);
                break;
            case TerminatorKind.Yield when parent is Conditional conditional:
                for (int i = 0; i < conditional.Results.Count; i++)
                    PhiOperands.Add((terminator.Operands[i], conditional.Results[i]));
                break;
            case TerminatorKind.Continue or TerminatorKind.Break or TerminatorKind.ReturnFromLoop:
                Loop loop = _loops.Peek();
                for (int i = 0; i < loop.CarriedValues.Count; i++)
                {
                    PhiOperands.Add((terminator.Operands[i], loop.CarriedValues[i].Argument));
                    PhiOperands.Add((terminator.Operands[i], loop.CarriedValues[i].Result));
                }

                if (terminator.Kind == TerminatorKind.ReturnFromLoop)
                    PhiOperands.Add((terminator.Operands[loop.CarriedValues.Count], loop.Returned));
                break;
        }
    }
}
