using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>
/// Emits the backward pass: the graph in reverse. A value's gradient is the sum of what its uses contribute; it is null
/// where none did, and where it is not null the value was active. Gradients are released as soon as they were passed on.
/// </summary>
internal sealed partial class BackwardEmitter
{
    private const string MaybeTensor = RuntimeNames.Tensor + "?";
    private const string Sum = RuntimeNames.GradientAccumulation + ".Accumulate";

    private readonly SourceWriter _writer;
    private readonly SourceComments _comments;
    private readonly DataFlow _dataFlow;
    private readonly Graph _graph;
    private readonly Activity _activity;
    private readonly SavePlan _plan;
    private readonly NameScope _names;
    private readonly Dictionary<int, GradientVariable> _gradients = [];
    private HashSet<int> _contributed = [];
    private Loop? _loop;
    private EquatableArray<int> _results;

    /// <summary>Makes an emitter of one method.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="dataFlow">The graph.</param>
    /// <param name="activity">What may need a gradient.</param>
    /// <param name="plan">What is saved.</param>
    /// <param name="names">Names for locals.</param>
    public BackwardEmitter(SourceWriter writer, DataFlow dataFlow, Activity activity, SavePlan plan, NameScope names)
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
    /// <param name="gradient">The parameter that holds the result's gradient.</param>
    /// <param name="inputGradients">The parameters that receive the gradients of the inputs, by their values.</param>
    public void Emit(string gradient, IReadOnlyDictionary<int, string> inputGradients)
    {
        foreach (KeyValuePair<int, string> input in inputGradients)
        {
            _writer.Line($"{input.Value} = null;");
            _gradients[input.Key] = new GradientVariable(input.Value, IsOwned: true, IsNonNull: false);
        }

        int result = _graph.Body.Terminator.Operands[0];
        if (_gradients.TryGetValue(result, out GradientVariable? own))
            _writer.Line($"{own.Name} = {gradient}.Retain();");
        else
            _gradients[result] = new GradientVariable(gradient, IsOwned: false, IsNonNull: true);
        _contributed.Add(result);
        EmitOperations(_graph.Body);
    }

    private void EmitOperations(Region region)
    {
        HashSet<int> defined = [.. region.Operations.SelectMany(DataFlow.DefinedBy)];
        foreach (Operation operation in region.Operations.Reverse().Where(_plan.IsDifferentiated))
        {
            _comments.Write(operation);
            foreach (int value in _dataFlow.UsesOf(operation)
                .Where(value => defined.Contains(value) && _activity.NeedsGradient(value) && !_gradients.ContainsKey(value))
                .OrderBy(value => value))
            {
                if (!DeclaresGradient(operation, value))
                    Declare(value);
            }

            switch (operation)
            {
                case LayerCall layer:
                    EmitLayer(layer);
                    break;
                case OperatorCall call:
                    EmitOperator(call);
                    break;
                case Conditional conditional:
                    EmitConditional(conditional);
                    break;
                case Loop loop:
                    EmitLoop(loop, defined);
                    break;
            }
        }
    }

    private string NewName(int value) => _names.Fresh(Casing.Camel(_graph.Names[value]) + "Gradient");

    private void Declare(int value)
    {
        GradientVariable variable = new(NewName(value), IsOwned: true, IsNonNull: false);
        _gradients[value] = variable;
        _writer.Line($"{MaybeTensor} {variable.Name} = null;");
    }

    /// <summary>Whether an operation gives a value its gradient in every case and for the first time, so that it can declare it.</summary>
    private bool DeclaresGradient(Operation operation, int value) => operation switch
    {
        OperatorCall call => IsPlain(call) && _gradients[call.Result].IsNonNull && call.Arguments.Count(argument => argument.Value == value) == 1,
        Loop loop => loop.CarriedValues.Count(carried => carried.Initial == value) == 1 && !_dataFlow.UsesOf(loop.Body).Contains(value),
        _ => false,
    };

    /// <summary>Whether an operator has one gradient method, for one tensor that is active whenever the result is.</summary>
    private bool IsPlain(OperatorCall call) =>
        _plan.NeededGradients(call).ToArray() is [{ Gradient: { } gradient }]
        && call.Arguments.Count(argument => argument.TakesTensor) == 1
        && (gradient.For is null || _activity.HaveSameActivity(call.Result, call.Arguments.First(argument => argument.Parameter == gradient.For).Value));

    /// <summary>Adds a contribution, whose hold passes on, to the gradient of a value.</summary>
    private void Contribute(int value, string contribution)
    {
        GradientVariable variable = _gradients[value];
        _writer.Line(_contributed.Add(value) ? $"{variable.Name} = {contribution};" : $"{Sum}(ref {variable.Name}, {contribution});");
    }

    private void Release(GradientVariable gradient)
    {
        if (gradient.IsOwned)
            _writer.Line($"{gradient.Name}.Release();");
    }
}
