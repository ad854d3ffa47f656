using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>
/// Emits the backward pass: the graph in reverse. A value's gradient is the sum of what its uses contribute; it is null
/// where none did, and where it is not null the value was active. Gradients are released as soon as they were passed on.
/// </summary>
internal sealed class BackwardEmitter
{
    private const string MaybeTensor = "global::AdapterToolkit.Tensors.Tensor?";
    private const string Sum = "global::AdapterToolkit.Tensors.Gradient.Accumulate";

    private readonly SourceWriter _writer;
    private readonly GraphStructure _structure;
    private readonly Graph _graph;
    private readonly Activity _activity;
    private readonly SavePlan _plan;
    private readonly NameTable _names;
    private readonly Dictionary<int, GradientVariable> _gradients = [];
    private HashSet<int> _contributed = [];
    private LoopTarget? _loop;
    private EquatableArray<int> _results;
    private string _source = "";

    /// <summary>Makes an emitter of one method.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="structure">The graph.</param>
    /// <param name="activity">What may need a gradient.</param>
    /// <param name="plan">What is saved.</param>
    /// <param name="names">Names for locals.</param>
    public BackwardEmitter(SourceWriter writer, GraphStructure structure, Activity activity, SavePlan plan, NameTable names)
    {
        _writer = writer;
        _structure = structure;
        _graph = structure.Graph;
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
            _gradients[input.Key] = new GradientVariable(input.Value, IsOwned: true, IsCertain: false);
        }

        int result = _graph.Body.End.Values[0];
        if (_gradients.TryGetValue(result, out GradientVariable? own))
            _writer.Line($"{own.Name} = {gradient}.Retain();");
        else
            _gradients[result] = new GradientVariable(gradient, IsOwned: false, IsCertain: true);
        _contributed.Add(result);
        EmitOperations(_graph.Body);
    }

    private void EmitOperations(Region region)
    {
        HashSet<int> defined = [.. region.Operations.SelectMany(GraphStructure.DefinedBy)];
        foreach (Operation operation in region.Operations.Reverse().Where(_plan.IsDifferentiated))
        {
            Comment(operation);
            foreach (int value in _structure.UsesOf(operation).Where(value => defined.Contains(value) && _activity.NeedsGradient(value) && !_gradients.ContainsKey(value)).OrderBy(value => value))
            {
                if (!DeclaresItself(operation, value))
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
                case Choice choice:
                    EmitChoice(choice);
                    break;
                case Loop loop:
                    EmitLoop(loop, defined);
                    break;
            }
        }
    }

    private void Comment(Operation operation)
    {
        if (operation.Source == _source || operation.Source.Length == 0)
            return;
        _source = operation.Source;
        _writer.Line();
        _writer.Line($"// {_source}");
    }

    private string NewName(int value) => _names.Unique(NameTable.Camel(_graph.Names[value]) + "Gradient");

    private void Declare(int value)
    {
        GradientVariable variable = new(NewName(value), IsOwned: true, IsCertain: false);
        _gradients[value] = variable;
        _writer.Line($"{MaybeTensor} {variable.Name} = null;");
    }

    /// <summary>Whether an operation gives a value its gradient in every case and for the first time, so that it can declare it.</summary>
    private bool DeclaresItself(Operation operation, int value) => operation switch
    {
        OperatorCall call => IsPlain(call) && _gradients[call.Result].IsCertain && call.Arguments.Count(argument => argument.Value == value) == 1,
        Loop loop => loop.Carried.Count(carried => carried.Initial == value) == 1 && !_structure.UsesOf(loop.Body).Contains(value),
        _ => false,
    };

    /// <summary>Whether an operator has one gradient method, for one tensor that is active whenever the result is.</summary>
    private bool IsPlain(OperatorCall call) =>
        _plan.NeededGradients(call).ToArray() is [{ Gradient: { } gradient }]
        && call.Arguments.Count(argument => argument.TakesTensor) == 1
        && (gradient.For is null || _activity.AreActiveTogether(call.Result, call.Arguments.First(argument => argument.Parameter == gradient.For).Value));

    /// <summary>Adds a contribution, whose hold passes on, to the gradient of a value.</summary>
    private void Contribute(int value, string contribution)
    {
        GradientVariable variable = _gradients[value];
        _writer.Line(_contributed.Add(value) ? $"{variable.Name} = {contribution};" : $"{Sum}(ref {variable.Name}, {contribution});");
    }

    private void EmitLayer(LayerCall layer)
    {
        RecordPlan record = _plan.RecordOf(layer);
        GradientVariable gradient = _gradients[layer.Result];
        string saved = record[("layer", layer.Result)];
        _writer.Open(gradient.IsCertain ? $"if ({saved} is not null)" : $"if ({gradient.Name} is not null && {saved} is not null)");
        List<string> arguments = [gradient.Name, saved];
        List<(int Value, string Contribution)> contributions = [];
        foreach (Argument argument in layer.Arguments.Where(argument => argument.TakesTensor))
        {
            if (!argument.IsTensor || !_activity.NeedsGradient(argument.Value))
            {
                arguments.Add("out _");
            }
            else if (_contributed.Add(argument.Value))
            {
                arguments.Add($"out {_gradients[argument.Value].Name}");
            }
            else
            {
                string contribution = _names.Unique(NameTable.Camel(_graph.Names[argument.Value]) + "Contribution");
                contributions.Add((argument.Value, contribution));
                arguments.Add($"out {MaybeTensor} {contribution}");
            }
        }

        string receiver = layer.IsLasting ? layer.Receiver.Print(value => throw new InvalidOperationException($"The module of {layer.Label} depends on tensor {value}.")) : record[("module", layer.Result)] + "!";
        _writer.Line($"{receiver}.Backward({string.Join(", ", arguments)});");
        foreach ((int value, string contribution) in contributions)
            Contribute(value, contribution);
        Release(gradient);
        _writer.EndBlock();
    }

    private void EmitOperator(OperatorCall call)
    {
        GradientVariable gradient = _gradients[call.Result];
        if (!gradient.IsCertain)
            _writer.Open($"if ({gradient.Name} is not null)");
        foreach ((GradientCall method, _) in _plan.NeededGradients(call))
            EmitGradient(call, method, gradient);
        Release(gradient);
        if (!gradient.IsCertain)
            _writer.EndBlock();
    }

    private void EmitGradient(OperatorCall call, GradientCall method, GradientVariable gradient)
    {
        RecordPlan record = _plan.RecordOf(call);
        string target = call.IsLasting ? call.Target.Print(_ => "") : record[("target", call.Result)] + "!";
        string text = $"{target}.{method.Method}({string.Join(", ", method.Parameters.Select(parameter => SavedArgument(call, parameter, record)).Prepend(gradient.Name))})";
        Argument[] tensors = [.. call.Arguments.Where(argument => argument.TakesTensor)];
        if (method.For is not null || tensors.Length == 1)
        {
            Argument argument = method.For is null ? tensors[0] : tensors.First(tensor => tensor.Parameter == method.For);
            if (!_gradients.ContainsKey(argument.Value))
            {
                _gradients[argument.Value] = new GradientVariable(NewName(argument.Value), IsOwned: true, IsCertain: IsOnlyUse(call, argument.Value));
                _contributed.Add(argument.Value);
                _writer.Line($"{(_gradients[argument.Value].IsCertain ? MaybeTensor.TrimEnd('?') : MaybeTensor)} {_gradients[argument.Value].Name} = {text};");
                return;
            }

            bool certain = _activity.AreActiveTogether(argument.Value, call.Result);
            if (certain)
            {
                Contribute(argument.Value, text);
                return;
            }

            _writer.Line($"if ({_plan.BackwardFlag(argument.Value)})");
            _writer.Indent();
            Contribute(argument.Value, text);
            _writer.Unindent();
            return;
        }

        string[] names = [.. tensors.Select(tensor => _names.Unique(NameTable.Camel(tensor.Parameter) + "Contribution"))];
        _writer.Line($"({string.Join(", ", names.Select(name => $"{MaybeTensor} {name}"))}) = {text};");
        for (int i = 0; i < tensors.Length; i++)
        {
            if (!tensors[i].IsTensor || !_activity.NeedsGradient(tensors[i].Value))
            {
                _writer.Line($"{names[i]}?.Release();");
            }
            else if (_activity.AreActiveTogether(tensors[i].Value, call.Result))
            {
                Contribute(tensors[i].Value, names[i]);
            }
            else
            {
                _writer.Line($"if ({_plan.BackwardFlag(tensors[i].Value)})");
                _writer.Indent();
                Contribute(tensors[i].Value, names[i]);
                _writer.Unindent();
                _writer.Line("else");
                _writer.Indent();
                _writer.Line($"{names[i]}?.Release();");
                _writer.Unindent();
            }
        }
    }

    private bool IsOnlyUse(OperatorCall call, int value) =>
        !_structure.Operations.Any(operation => !ReferenceEquals(operation, call) && _plan.IsDifferentiated(operation) && operation is not Choice && operation is not Loop && _structure.UsesOf(operation).Contains(value))
        && !_structure.Handovers.Any(handover => handover.From == value);

    private string SavedArgument(OperatorCall call, string parameter, RecordPlan record)
    {
        if (call.Arguments.FirstOrDefault(argument => argument.Parameter == parameter) is { } argument)
        {
            if (argument.IsTensor)
                return record[("tensor", argument.Value)] + "!";
            if (argument.TakesTensor)
                return "null";
            return argument.IsLasting ? argument.Text!.Print(_ => "") : _plan.SavedArgument(call, argument);
        }

        if (call.SavedOutputs.Contains(parameter))
            return record[("output", call.Result, parameter)] + "!";
        if (parameter == "result")
            return record[("tensor", call.Result)] + "!";
        Argument flagged = call.Arguments.First(other => other.Parameter + "Active" == parameter);
        if (!flagged.IsTensor || !_activity.NeedsGradient(flagged.Value))
            return "false";
        return _activity.AreActiveTogether(flagged.Value, call.Result) ? "true" : _plan.BackwardFlag(flagged.Value);
    }

    private void Release(GradientVariable gradient)
    {
        if (gradient.IsOwned)
            _writer.Line($"{gradient.Name}.Release();");
    }

    private void EmitChoice(Choice choice)
    {
        string taken = _plan.RecordOf(choice)[SavePlan.ChoiceKey(choice)];
        HashSet<int> before = [.. _contributed];
        string then = Capture(() => EmitArm(choice, choice.Then));
        HashSet<int> afterThen = _contributed;
        _contributed = [.. before];
        string otherwise = Capture(() => EmitArm(choice, choice.Else));
        _contributed.UnionWith(afterThen);
        if (then.Length > 0)
        {
            _writer.Open($"if ({taken})");
            _writer.Raw(then);
            _writer.EndBlock();
        }

        if (otherwise.Length > 0)
        {
            _writer.Open(then.Length > 0 ? "else" : $"if (!{taken})");
            _writer.Raw(otherwise);
            _writer.EndBlock();
        }

        _source = "";
    }

    private string Capture(Action emit)
    {
        _source = "";
        return _writer.Capture(emit);
    }

    private void EmitArm(Choice choice, Region region)
    {
        EquatableArray<int> outer = _results;
        _results = choice.Results;
        SeedEnd(region);
        EmitOperations(region);
        _results = outer;
    }

    /// <summary>Passes the gradients of what a region handed on to the values that it handed on.</summary>
    private void SeedEnd(Region region)
    {
        Terminator end = region.End;
        HashSet<int> defined = [.. region.Operations.SelectMany(GraphStructure.DefinedBy)];
        switch (end.Kind)
        {
            case TerminatorKind.Yield:
                for (int i = 0; i < end.Values.Count; i++)
                {
                    if (_activity.NeedsGradient(_results[i]) && _gradients.TryGetValue(_results[i], out GradientVariable? gradient))
                        SeedYielded(end.Values[i], gradient, defined);
                }

                break;
            case TerminatorKind.Continue or TerminatorKind.Break:
                SeedCarried(end, defined);
                break;
            case TerminatorKind.ReturnFromLoop:
                int value = end.Values[end.Values.Count - 1];
                if (_activity.NeedsGradient(value) && _gradients.TryGetValue(_loop!.Returned, out GradientVariable? returned))
                    SeedMoved([(value, returned)], defined);
                break;
        }
    }

    private void SeedYielded(int value, GradientVariable gradient, HashSet<int> defined)
    {
        if (!_activity.NeedsGradient(value))
            return;
        if (defined.Contains(value) && !_gradients.ContainsKey(value))
        {
            _gradients[value] = gradient;
            _contributed.Add(value);
        }
        else
        {
            if (!_gradients.ContainsKey(value))
                Declare(value);
            Contribute(value, gradient.IsOwned ? gradient.Name : $"{gradient.Name}.Retain()");
        }
    }

    private void SeedCarried(Terminator end, HashSet<int> defined)
    {
        List<(int Value, GradientVariable Gradient)> moved = [];
        for (int i = 0; i < _loop!.Carried.Count; i++)
        {
            int value = end.Values[i];
            if (value != _loop.Carried[i].Inside && _activity.NeedsGradient(_loop.Carried[i].Inside))
                moved.Add((value, _gradients[_loop.Carried[i].Inside]));
        }

        SeedMoved(moved, defined);
    }

    /// <summary>Moves gradients out of the variables that carry them from iteration to iteration.</summary>
    private void SeedMoved(List<(int Value, GradientVariable Gradient)> moved, HashSet<int> defined)
    {
        List<(int Value, string Name)> contributions = [];
        foreach ((int value, GradientVariable gradient) in moved)
        {
            if (!_activity.NeedsGradient(value))
                continue;
            string name = NewName(value);
            _writer.Line($"{MaybeTensor} {name} = {gradient.Name};");
            _writer.Line($"{gradient.Name} = null;");
            if (defined.Contains(value) && !_gradients.ContainsKey(value))
            {
                _gradients[value] = new GradientVariable(name, IsOwned: true, IsCertain: false);
                _contributed.Add(value);
            }
            else
            {
                contributions.Add((value, name));
            }
        }

        foreach ((int value, string name) in contributions)
        {
            _contributed.Add(value);
            _writer.Line($"{Sum}(ref {_gradients[value].Name}, {name});");
        }
    }

    private void EmitLoop(Loop loop, HashSet<int> defined)
    {
        RecordPlan record = _plan.RecordOf(loop), iteration = _plan.IterationOf(loop);
        foreach (Carried carried in loop.Carried.Where(carried => _activity.NeedsGradient(carried.Inside) || _activity.NeedsGradient(carried.After)))
        {
            GradientVariable? after = _gradients.TryGetValue(carried.After, out GradientVariable? known) ? known : null;
            if (after is not { IsOwned: true, IsCertain: false })
            {
                string name = _names.Unique(NameTable.Camel(_graph.Names[carried.Inside]) + "Gradient");
                _writer.Line($"{MaybeTensor} {name} = {(after is null ? "null" : after.IsOwned ? after.Name : $"{after.Name}.Retain()")};");
                after = new GradientVariable(name, IsOwned: true, IsCertain: false);
            }

            _gradients[carried.Inside] = after;
            _contributed.Add(carried.Inside);
        }

        HashSet<int> before = _contributed;
        _contributed = [.. before, .. Enumerable.Range(0, _graph.Names.Count).Where(_gradients.ContainsKey)];
        LoopTarget? outer = _loop;
        _loop = new LoopTarget(loop.Carried, loop.Returned);
        string index = _names.Unique("i");
        string list = record[SavePlan.LoopKey(loop)];
        _writer.Open($"for (int {index} = {list}.Count - 1; {index} >= 0; {index}--)");
        _writer.Line($"{iteration.ClassName} {iteration.Variable} = {list}[{index}];");
        _source = "";
        DeclareHandedOn(loop.Body);
        SeedEnd(loop.Body);
        EmitOperations(loop.Body);
        _writer.EndBlock();
        _loop = outer;
        _source = "";
        _contributed = [.. before, .. _structure.UsesOf(loop.Body)];
        foreach (Carried carried in loop.Carried.Where(carried => _activity.NeedsGradient(carried.Inside) && _activity.NeedsGradient(carried.Initial)))
        {
            if (defined.Contains(carried.Initial) && !_gradients.ContainsKey(carried.Initial))
            {
                _gradients[carried.Initial] = _gradients[carried.Inside];
                _contributed.Add(carried.Initial);
            }
            else
            {
                Contribute(carried.Initial, _gradients[carried.Inside].Name);
            }
        }
    }

    /// <summary>Declares the gradients of values of a body that its arms hand on, since these come first in the backward pass.</summary>
    private void DeclareHandedOn(Region body)
    {
        if (body.End.Kind != TerminatorKind.Arms)
            return;
        HashSet<int> defined = [.. body.Operations.SelectMany(GraphStructure.DefinedBy)];
        foreach (int value in _structure.UsesOf(body.Operations[body.Operations.Count - 1]).Where(value => defined.Contains(value) && _activity.NeedsGradient(value) && !_gradients.ContainsKey(value)).OrderBy(value => value))
            Declare(value);
    }

    private sealed record GradientVariable(string Name, bool IsOwned, bool IsCertain);

    private sealed record LoopTarget(EquatableArray<Carried> Carried, int Returned);
}
