using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Differentiation;

/// <summary>
/// Activity analysis: which values may need a gradient. A value needs one where it is both varied (something that trains is
/// upstream of it) and useful (the result depends on it). It is inactive for sure where neither a module nor an input is
/// upstream. Whether any other is active shows at run time, since a layer trains or not depending on the adapter in use: it is
/// active where one of its sources is. Sources are inputs, results of layers and of operators to which the pass gives something that may train, and phis.
/// </summary>
internal sealed class Activity
{
    private static readonly SortedSet<int> s_none = [];

    private readonly Dictionary<int, SortedSet<int>> _sources = [];
    private readonly HashSet<int> _useful;

    /// <summary>Analyses a graph.</summary>
    /// <param name="dataFlow">The graph.</param>
    /// <param name="cancellation">Ends the analysis.</param>
    public Activity(DataFlow dataFlow, CancellationToken cancellation)
    {
        HashSet<int> varied = FindVaried(dataFlow, cancellation);
        _useful = FindUseful(dataFlow, cancellation);
        HashSet<int> phis = [.. dataFlow.PhiOperands.Select(use => use.Phi)];
        foreach (int input in dataFlow.Graph.Inputs)
            _sources[input] = [input];
        foreach (int phi in phis.Where(varied.Contains))
            _sources[phi] = [phi];
        foreach (Operation operation in dataFlow.Operations)
        {
            if (operation is LayerCall { HasBackward: true } layer)
                _sources[layer.Result] = [layer.Result];
            else if (operation is OperatorCall { Trainable: not null } trained)
                _sources[trained.Result] = [trained.Result];
            else if (operation is OperatorCall call && varied.Contains(call.Result))
                _sources[call.Result] = [.. call.Arguments.Where(argument => argument.IsTensor).SelectMany(argument => SourcesOf(argument.Value))];
        }
    }

    /// <summary>The sources of a value's activity; none for one that is inactive for sure.</summary>
    public SortedSet<int> SourcesOf(int value) => _sources.TryGetValue(value, out SortedSet<int>? sources) ? sources : s_none;

    /// <summary>Whether nothing that trains can be upstream of a value.</summary>
    public bool IsInactive(int value) => SourcesOf(value).Count == 0;

    /// <summary>Whether the result depends on a value.</summary>
    public bool IsUseful(int value) => _useful.Contains(value);

    /// <summary>Whether a value may need a gradient: it may be active, and the result depends on it.</summary>
    public bool NeedsGradient(int value) => !IsInactive(value) && IsUseful(value);

    /// <summary>Whether two values are active in the same runs.</summary>
    public bool HaveSameActivity(int left, int right) => SourcesOf(left).SetEquals(SourcesOf(right));

    private static HashSet<int> FindVaried(DataFlow dataFlow, CancellationToken cancellation)
    {
        HashSet<int> varied = [.. dataFlow.Graph.Inputs];
        bool changed = true;
        while (changed)
        {
            cancellation.ThrowIfCancellationRequested();
            int before = varied.Count;
            foreach (Operation operation in dataFlow.Operations)
            {
                if (operation is LayerCall { HasBackward: true } layer)
                    varied.Add(layer.Result);
                else if (operation is OperatorCall { Trainable: not null } trained)
                    varied.Add(trained.Result);
                else if (operation is OperatorCall call && call.Arguments.Any(argument => argument.IsTensor && varied.Contains(argument.Value)))
                    varied.Add(call.Result);
            }

            foreach ((int operand, int phi) in dataFlow.PhiOperands)
            {
                if (varied.Contains(operand))
                    varied.Add(phi);
            }

            changed = varied.Count > before;
        }

        return varied;
    }

    private static HashSet<int> FindUseful(DataFlow dataFlow, CancellationToken cancellation)
    {
        HashSet<int> useful = [.. dataFlow.Returned];
        bool changed = true;
        while (changed)
        {
            cancellation.ThrowIfCancellationRequested();
            int before = useful.Count;
            foreach ((int operand, int phi) in dataFlow.PhiOperands)
            {
                if (useful.Contains(phi))
                    useful.Add(operand);
            }

            foreach (Operation operation in dataFlow.Operations)
            {
                (int result, EquatableArray<Argument> arguments) = operation switch
                {
                    LayerCall call => (call.Result, call.Arguments),
                    OperatorCall call => (call.Result, call.Arguments),
                    _ => (-1, default),
                };
                if (useful.Contains(result))
                    useful.UnionWith(arguments.Where(argument => argument.IsTensor).Select(argument => argument.Value));
            }

            changed = useful.Count > before;
        }

        return useful;
    }
}
