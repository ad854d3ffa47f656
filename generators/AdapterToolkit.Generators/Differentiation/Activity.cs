using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Differentiation;

/// <summary>
/// Which values may need a gradient. A value is frozen for sure where neither a module nor an input is upstream of it.
/// Whether any other is active shows at run time, since a layer trains or not depending on the adapter in use: it is active
/// where one of its sources is. Sources are inputs, results of layers, and the values where ways of control meet.
/// </summary>
internal sealed class Activity
{
    private static readonly SortedSet<int> s_none = [];

    private readonly Dictionary<int, SortedSet<int>> _sources = [];
    private readonly HashSet<int> _relevant;

    /// <summary>Analyses a graph.</summary>
    /// <param name="structure">The graph.</param>
    /// <param name="cancellation">Ends the analysis.</param>
    public Activity(GraphStructure structure, CancellationToken cancellation)
    {
        HashSet<int> active = FindActive(structure, cancellation);
        _relevant = FindRelevant(structure, cancellation);
        HashSet<int> meetings = [.. structure.Handovers.Select(handover => handover.To)];
        foreach (int input in structure.Graph.Inputs)
            _sources[input] = [input];
        foreach (int meeting in meetings.Where(active.Contains))
            _sources[meeting] = [meeting];
        foreach (Operation operation in structure.Operations)
        {
            if (operation is LayerCall { HasBackward: true } layer)
                _sources[layer.Result] = [layer.Result];
            else if (operation is OperatorCall call && active.Contains(call.Result))
                _sources[call.Result] = [.. call.Arguments.Where(argument => argument.IsTensor).SelectMany(argument => SourcesOf(argument.Value))];
        }
    }

    /// <summary>The sources of a value's activity; none for one that is frozen for sure.</summary>
    public SortedSet<int> SourcesOf(int value) => _sources.TryGetValue(value, out SortedSet<int>? sources) ? sources : s_none;

    /// <summary>Whether nothing that trains can be upstream of a value.</summary>
    public bool IsFrozen(int value) => SourcesOf(value).Count == 0;

    /// <summary>Whether the result depends on a value.</summary>
    public bool IsRelevant(int value) => _relevant.Contains(value);

    /// <summary>Whether a value may need a gradient: it may be active, and the result depends on it.</summary>
    public bool NeedsGradient(int value) => !IsFrozen(value) && IsRelevant(value);

    /// <summary>Whether two values are active in the same cases.</summary>
    public bool AreActiveTogether(int left, int right) => SourcesOf(left).SetEquals(SourcesOf(right));

    private static HashSet<int> FindActive(GraphStructure structure, CancellationToken cancellation)
    {
        HashSet<int> active = [.. structure.Graph.Inputs];
        bool grows = true;
        while (grows)
        {
            cancellation.ThrowIfCancellationRequested();
            int before = active.Count;
            foreach (Operation operation in structure.Operations)
            {
                if (operation is LayerCall { HasBackward: true } layer)
                    active.Add(layer.Result);
                else if (operation is OperatorCall call && call.Arguments.Any(argument => argument.IsTensor && active.Contains(argument.Value)))
                    active.Add(call.Result);
            }

            foreach ((int from, int to) in structure.Handovers)
            {
                if (active.Contains(from))
                    active.Add(to);
            }

            grows = active.Count > before;
        }

        return active;
    }

    private static HashSet<int> FindRelevant(GraphStructure structure, CancellationToken cancellation)
    {
        HashSet<int> relevant = [.. structure.Returned];
        bool grows = true;
        while (grows)
        {
            cancellation.ThrowIfCancellationRequested();
            int before = relevant.Count;
            foreach ((int from, int to) in structure.Handovers)
            {
                if (relevant.Contains(to))
                    relevant.Add(from);
            }

            foreach (Operation operation in structure.Operations)
            {
                (int result, EquatableArray<Argument> arguments) = operation switch
                {
                    LayerCall call => (call.Result, call.Arguments),
                    OperatorCall call => (call.Result, call.Arguments),
                    _ => (-1, default),
                };
                if (relevant.Contains(result))
                    relevant.UnionWith(arguments.Where(argument => argument.IsTensor).Select(argument => argument.Value));
            }

            grows = relevant.Count > before;
        }

        return relevant;
    }
}
