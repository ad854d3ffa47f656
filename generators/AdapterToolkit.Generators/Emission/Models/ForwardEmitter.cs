using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>
/// Emits the body of <c>Evaluate</c>, or of the forward pass that saves. Each tensor is released after its last use; a
/// tensor that a terminator uses (yielded, carried, returned) is moved in place of being copied.
/// </summary>
internal sealed partial class ForwardEmitter
{
    private const string Inactive = "false";

    private readonly SourceWriter _writer;
    private readonly SourceComments _comments;
    private readonly Graph _graph;
    private readonly DataFlow _dataFlow;
    private readonly Activity _activity;
    private readonly SavePlan? _plan;
    private readonly NameScope _names;
    private readonly Dictionary<int, string> _valueNames = [];
    private readonly Dictionary<int, string> _flagNames = [];
    private readonly HashSet<int> _declared = [];
    private readonly HashSet<object> _written = [];
    private readonly HashSet<int> _maybeNull = [];
    private EquatableArray<int> _results;
    private Loop? _loop;
    private string _passParameter = "";
    private string _recordParameter = "";

    /// <summary>Makes an emitter of one method.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dataFlow">The graph.</param>
    /// <param name="activity">What may need a gradient.</param>
    /// <param name="plan">What is saved; null for <c>Evaluate</c>.</param>
    /// <param name="names">Names for locals.</param>
    public ForwardEmitter(SourceWriter writer, DataFlow dataFlow, Activity activity, SavePlan? plan, NameScope names)
    {
        _writer = writer;
        _comments = new SourceComments(writer);
        _dataFlow = dataFlow;
        _graph = dataFlow.Graph;
        _activity = activity;
        _plan = plan;
        _names = names;
    }

    /// <summary>Emits the body.</summary>
    /// <param name="parameters">The parameters of <c>Forward</c>.</param>
    /// <param name="flags">The names of the parameters that say whether a tensor is active.</param>
    /// <param name="pass">The name of the parameter that is the pass.</param>
    /// <param name="record">The name of the parameter that receives the record.</param>
    public void Emit(EquatableArray<ParameterSpec> parameters, IReadOnlyDictionary<int, string> flags, string pass, string record)
    {
        foreach (ParameterSpec parameter in parameters.Where(parameter => parameter.IsTensor))
        {
            _valueNames[parameter.Value] = parameter.Name;
            _flagNames[parameter.Value] = flags[parameter.Value];
            _declared.Add(parameter.Value);
        }

        _passParameter = pass;
        _recordParameter = record;
        if (_plan is not null)
        {
            _writer.Line($"{_plan.Run.ClassName} {_plan.Run.Variable} = new();");
            foreach (int input in _graph.Inputs.Where(input => _plan.Run.Has(SavePlan.FlagKey(input))))
                _writer.Line($"{_plan.Run[SavePlan.FlagKey(input)]} = {_flagNames[input]};");
            foreach (ParameterSpec parameter in parameters.Where(parameter => _plan.Run.Has(SavePlan.ParameterKey(parameter.Name))))
                _writer.Line($"{_plan.Run[SavePlan.ParameterKey(parameter.Name)]} = {parameter.Name};");
        }

        EmitRegion(_graph.Body, []);
    }

    private string Name(int value)
    {
        if (!_valueNames.TryGetValue(value, out string? name))
            _valueNames[value] = name = _names.Fresh(Casing.Camel(_graph.Names[value]));
        return name;
    }

    private string Print(OpaqueCode text) => text.Print(Name);

    /// <summary>The condition under which a value is active.</summary>
    private string Flag(int value)
    {
        if (_activity.IsInactive(value))
            return Inactive;
        if (_flagNames.TryGetValue(value, out string? name))
            return name;
        SortedSet<int> sources = _activity.SourcesOf(value);
        return sources.Count == 1 ? _flagNames[sources.Min] : string.Join(" || ", sources.Select(source => _flagNames[source]));
    }

    private bool Saves(Operation operation) => _plan?.IsDifferentiated(operation) == true;

    private void EmitRegion(Region region, HashSet<int> owned)
    {
        EquatableArray<Operation> operations = region.Operations;
        HashSet<int>[] liveBefore = new HashSet<int>[operations.Count + 1];
        liveBefore[operations.Count] = [.. DataFlow.UsesOf(region.Terminator)];
        for (int i = operations.Count - 1; i >= 0; i--)
            liveBefore[i] = [.. liveBefore[i + 1], .. _dataFlow.UsesOf(operations[i])];

        ReleaseDead(owned, liveBefore[0]);
        for (int i = 0; i < operations.Count; i++)
        {
            if (operations[i] is OpaqueStatement or Conditional or Loop)
                _comments.Follow(operations[i]);
            else
                _comments.Write(operations[i]);

            switch (operations[i])
            {
                case OpaqueStatement statement:
                    _writer.Line(Print(statement.Code));
                    break;
                case LayerCall layer:
                    EmitLayer(layer);
                    break;
                case OperatorCall call:
                    EmitOperator(call);
                    break;
                case Conditional conditional:
                    HashSet<int> killed = [.. owned.Where(value => !liveBefore[i + 1].Contains(value))];
                    owned.ExceptWith(killed);
                    EmitConditional(conditional, killed);
                    break;
                case Loop loop:
                    EmitLoop(loop, owned, liveBefore[i + 1]);
                    break;
            }

            owned.UnionWith(DataFlow.DefinedBy(operations[i]));
            ReleaseDead(owned, liveBefore[i + 1]);
        }

        EmitTerminator(region.Terminator, owned);
    }

    private void ReleaseDead(HashSet<int> owned, HashSet<int> used)
    {
        foreach (int value in owned.Where(value => !used.Contains(value)).OrderBy(value => value).ToArray())
        {
            _writer.Line($"{Name(value)}.Release();");
            owned.Remove(value);
        }
    }

    /// <summary>What stands before the equals sign where a value is defined: its name, with its type unless that was declared before.</summary>
    private string Definition(int value) => (_declared.Add(value) ? RuntimeNames.Tensor + " " : "") + Name(value);
}
