using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Planning;

/// <summary>
/// What the forward pass saves for the backward pass, and nothing more: for each operator the values that its gradient
/// methods name, for each layer its own record, for each conditional which branch ran, for each loop a record of every iteration.
/// </summary>
internal sealed class SavePlan
{
    private const string TensorType = RuntimeNames.Tensor + "?";

    private readonly Graph _graph;
    private readonly DataFlow _dataFlow;
    private readonly Activity _activity;
    private readonly NameScope _classNames;
    private readonly NameScope _localNames;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<Operation, RecordPlan> _recordOf = new(ReferenceEqualityComparer<Operation>.Instance);
    private readonly Dictionary<Loop, RecordPlan> _iterations = new(ReferenceEqualityComparer<Loop>.Instance);
    private readonly Dictionary<int, RecordPlan> _definedIn = [];
    private readonly HashSet<Operation> _withBackward = new(ReferenceEqualityComparer<Operation>.Instance);
    private readonly HashSet<int> _layerResults;
    private readonly HashSet<int> _flags = [];

    /// <summary>Plans.</summary>
    /// <param name="dataFlow">The graph.</param>
    /// <param name="activity">What may need a gradient.</param>
    /// <param name="classNames">Names for the classes of records.</param>
    /// <param name="localNames">Names for the locals that hold records.</param>
    /// <param name="cancellation">Ends the planning at the next operation.</param>
    public SavePlan(DataFlow dataFlow, Activity activity, NameScope classNames, NameScope localNames, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _graph = dataFlow.Graph;
        _dataFlow = dataFlow;
        _activity = activity;
        _classNames = classNames;
        _localNames = localNames;
        _layerResults = [.. dataFlow.Operations.OfType<LayerCall>().Select(layer => layer.Result)];
        Run = new RecordPlan(classNames.Fresh("SavedValues"), localNames.Fresh("saved"), "");
        foreach (int input in _graph.Inputs)
            _definedIn[input] = Run;
        HasBackward = Visit(_graph.Body, Run) | _graph.Body.Terminator.Operands.Any(activity.NeedsGradient);
        _flags.UnionWith(_graph.Body.Terminator.Operands);
        CloseFlags();
    }

    /// <summary>The record of a whole run.</summary>
    public RecordPlan Run { get; }

    /// <summary>The records of iterations, outer loops first.</summary>
    public IEnumerable<RecordPlan> Iterations => _dataFlow.Operations.OfType<Loop>().Where(_iterations.ContainsKey).Select(loop => _iterations[loop]);

    /// <summary>Whether anything has a backward pass.</summary>
    public bool HasBackward { get; }

    /// <summary>The record that an operation saves into.</summary>
    public RecordPlan RecordOf(Operation operation) => _recordOf[operation];

    /// <summary>The record of a loop's iterations.</summary>
    public RecordPlan IterationOf(Loop loop) => _iterations[loop];

    /// <summary>Whether an operation has a backward pass.</summary>
    public bool IsDifferentiated(Operation operation) => _withBackward.Contains(operation);

    /// <summary>Whether the forward pass must know whether a value is active.</summary>
    public bool NeedsFlag(int value) => _flags.Contains(value) && !_activity.IsInactive(value);

    /// <summary>The record that holds what is needed to tell whether a source is active, and the condition.</summary>
    public string BackwardFlag(int value) => string.Join(" || ", _activity.SourcesOf(value).Select(BackwardFlagOfSource));

    /// <summary>The key of the field that holds whether a source is active.</summary>
    public static object FlagKey(int source) => ("flag", source);

    /// <summary>The record that a value's flag is saved in.</summary>
    public RecordPlan RecordOfValue(int value) => _definedIn[value];

    /// <summary>The gradient methods of an operator that are needed, with the value whose activity decides whether they run.</summary>
    public IEnumerable<(GradientCall Gradient, int Guard)> NeededGradients(OperatorCall call)
    {
        foreach (GradientCall gradient in call.Gradients)
        {
            if (gradient.For is null)
                yield return (gradient, call.Result);
            else if (call.Arguments.FirstOrDefault(argument => argument.Parameter == gradient.For && argument.IsTensor) is { } target
                && !_activity.IsInactive(target.Value))
                yield return (gradient, target.Value);
        }
    }

    /// <summary>The tensors that an operator saves, each with the value whose activity decides whether it is saved.</summary>
    public IEnumerable<(int Value, int Guard)> SavedTensors(OperatorCall call)
    {
        foreach ((GradientCall gradient, int guard) in NeededGradients(call))
        {
            foreach (string parameter in gradient.Parameters)
            {
                if (call.Arguments.FirstOrDefault(argument => argument.Parameter == parameter) is { IsTensor: true } tensor)
                    yield return (tensor.Value, guard);
                else if (parameter == "result" && call.Arguments.All(argument => argument.Parameter != parameter))
                    yield return (call.Result, guard);
            }
        }
    }

    /// <summary>The arguments of an operator that are no tensors, and that its backward pass can't evaluate again.</summary>
    public IEnumerable<Argument> SavedArguments(OperatorCall call) => call.Arguments.Where(argument =>
        !argument.IsTensor && !argument.IsRematerializable && !argument.TakesTensor
        && NeededGradients(call).Any(needed => needed.Gradient.Parameters.Contains(argument.Parameter)));

    /// <summary>The field that holds an argument that is no tensor.</summary>
    public string SavedArgument(OperatorCall call, Argument argument) => RecordOf(call, argument)[KeyOf(call, argument)];

    /// <summary>The key of the field that holds a parameter of <c>Forward</c> that is no tensor.</summary>
    public static object ParameterKey(string name) => ("parameter", name);

    private RecordPlan RecordOf(OperatorCall call, Argument argument) => argument.IsParameter ? Run : _recordOf[call];

    private static object KeyOf(OperatorCall call, Argument argument) =>
        argument.IsParameter ? ParameterKey(argument.Code!.Print(_ => "")) : ("argument", call.Result, argument.Parameter);

    private bool Visit(Region region, RecordPlan record)
    {
        bool any = false;
        foreach (Operation operation in region.Operations)
        {
            _cancellation.ThrowIfCancellationRequested();
            _recordOf[operation] = record;
            foreach (int value in DataFlow.DefinedBy(operation))
                _definedIn[value] = record;
            bool hasBackward = operation switch
            {
                LayerCall layer => VisitLayer(layer, record),
                OperatorCall call => VisitOperator(call, record),
                Conditional conditional => VisitConditional(conditional, record),
                Loop loop => VisitLoop(loop, record),
                _ => false,
            };
            if (hasBackward)
                _withBackward.Add(operation);
            any |= hasBackward;
        }

        return any;
    }

    private bool VisitLayer(LayerCall layer, RecordPlan record)
    {
        if (!_activity.NeedsGradient(layer.Result))
            return false;
        string label = layer.Label == record.IterationLabel ? "" : layer.Label;
        if (!layer.IsRematerializable)
            record.Add(("module", layer.Result), FieldKind.Plain, $"{layer.Label}Module", layer.Type + "?");
        record.Add(("layer", layer.Result), FieldKind.LayerRecord, $"{layer.Label}Record", RuntimeNames.ForwardRecord + "?", label);
        _flags.UnionWith(layer.Arguments.Where(argument => argument.IsTensor).Select(argument => argument.Value));
        return true;
    }

    private bool VisitOperator(OperatorCall call, RecordPlan record)
    {
        if (!_activity.NeedsGradient(call.Result))
            return false;
        foreach ((int value, int guard) in SavedTensors(call))
        {
            record.Add(("tensor", value), FieldKind.Tensor, _graph.Names[value], TensorType, _graph.Names[value]);
            _flags.Add(guard);
        }

        foreach (string output in call.SavedOutputs)
            record.Add(
                ("output", call.Result, output),
                FieldKind.Tensor,
                _graph.Names[call.Result] + Casing.Pascal(output),
                TensorType,
                $"{_graph.Names[call.Result]}.{output}");
        if (call.SavingMethod is not null || call.Trainable is not null)
            _flags.Add(call.Result);
        foreach (Argument argument in SavedArguments(call))
            RecordOf(call, argument).Add(
                KeyOf(call, argument),
                FieldKind.Plain,
                argument.IsParameter ? argument.Code!.Print(_ => "") : _graph.Names[call.Result] + Casing.Pascal(argument.Parameter),
                argument.Type);
        if (!call.IsRematerializable)
            record.Add(("target", call.Result), FieldKind.Plain, $"{_graph.Names[call.Result]}Target", call.TargetType.TrimEnd('?') + "?");
        foreach (Argument argument in call.Arguments.Where(argument => argument.IsTensor && !_activity.HaveSameActivity(argument.Value, call.Result)))
            SaveFlags(argument.Value);
        foreach (string flag in call.Gradients
            .SelectMany(gradient => gradient.Parameters)
            .Where(parameter => parameter.EndsWith("Active", StringComparison.Ordinal)))
        {
            if (call.Arguments.FirstOrDefault(argument => argument.IsTensor && argument.Parameter + "Active" == flag) is { } argument)
                SaveFlags(argument.Value);
        }

        return true;
    }

    private bool VisitConditional(Conditional conditional, RecordPlan record)
    {
        bool hasBackward = Visit(conditional.Then, record) | Visit(conditional.Else, record)
            | conditional.Results.Any(_activity.NeedsGradient) | EndsIteration(conditional.Then.Terminator) | EndsIteration(conditional.Else.Terminator);
        if (!hasBackward)
            return false;
        record.Add(ConditionalKey(conditional), FieldKind.Plain, "TookBranch", "bool");
        return true;
    }

    /// <summary>Whether a branch ends an iteration with values that may need a gradient.</summary>
    private bool EndsIteration(Terminator terminator) =>
        terminator.Kind is TerminatorKind.Continue or TerminatorKind.Break or TerminatorKind.ReturnFromLoop && terminator.Operands.Any(_activity.NeedsGradient);

    private bool VisitLoop(Loop loop, RecordPlan record)
    {
        RecordPlan iteration = new(
            _classNames.Fresh(Casing.Pascal(loop.Label) + "Values"), _localNames.Fresh($"{Casing.Camel(loop.Label)}Values"), loop.Label);
        foreach (LoopCarriedValue carried in loop.CarriedValues)
            _definedIn[carried.Argument] = iteration;
        _iterations.Add(loop, iteration);
        bool hasBackward = Visit(loop.Body, iteration)
            | loop.CarriedValues.Any(carried => _activity.NeedsGradient(carried.Result) || _activity.NeedsGradient(carried.Argument))
            | (loop.Returned >= 0 && _activity.NeedsGradient(loop.Returned));
        if (!hasBackward)
        {
            _iterations.Remove(loop);
            return false;
        }

        record.Add(
            LoopKey(loop),
            FieldKind.Iterations,
            Casing.Pascal(loop.Label) + "Iterations",
            $"global::System.Collections.Generic.List<{iteration.ClassName}>",
            loop.Label);
        return true;
    }

    /// <summary>The key of the field that says which branch of a conditional ran.</summary>
    public static object ConditionalKey(Conditional conditional) => new ReferenceKey(conditional);

    /// <summary>The key of the field that holds a loop's iterations.</summary>
    public static object LoopKey(Loop loop) => new ReferenceKey(loop);

    private void SaveFlags(int value)
    {
        foreach (int source in _activity.SourcesOf(value).Where(source => !_layerResults.Contains(source)))
        {
            _flags.Add(source);
            _definedIn[source].Add(FlagKey(source), FieldKind.Plain, $"{_graph.Names[source]}Active", "bool");
        }
    }

    private string BackwardFlagOfSource(int source) => _layerResults.Contains(source)
        ? $"{_definedIn[source][("layer", source)]} is not null"
        : _definedIn[source][FlagKey(source)];

    /// <summary>Closes the set of flags: a flag is made of others, an operator's of its arguments', a phi's of its operands'.</summary>
    private void CloseFlags()
    {
        bool changed = true;
        while (changed)
        {
            int before = _flags.Count;
            foreach (int value in _flags.ToArray())
                _flags.UnionWith(_activity.SourcesOf(value));
            foreach (OperatorCall call in _dataFlow.Operations.OfType<OperatorCall>()
                .Where(call => _flags.Contains(call.Result) && (call.Trainable is not null || _activity.SourcesOf(call.Result).Count > 1)))
                _flags.UnionWith(call.Arguments.Where(argument => argument.IsTensor).Select(argument => argument.Value));
            foreach ((int operand, int phi) in _dataFlow.PhiOperands)
            {
                if (_flags.Contains(phi))
                    _flags.Add(operand);
            }

            foreach (LoopCarriedValue carried in _dataFlow.Operations.OfType<Loop>().SelectMany(loop => loop.CarriedValues))
            {
                if (_flags.Contains(carried.Argument) || _flags.Contains(carried.Result))
                    _flags.UnionWith([carried.Argument, carried.Result]);
            }

            changed = _flags.Count > before;
        }
    }

    private sealed class ReferenceKey(object target) : IEquatable<ReferenceKey>
    {
        private readonly object _target = target;

        public bool Equals(ReferenceKey? other) => other is not null && ReferenceEquals(_target, other._target);

        public override bool Equals(object? obj) => Equals(obj as ReferenceKey);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_target);
    }
}
