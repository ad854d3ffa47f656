using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Calls of modules and of the gradient methods of operators.</content>
internal sealed partial class BackwardEmitter
{
    private void EmitLayer(LayerCall layer)
    {
        RecordPlan record = _plan.RecordOf(layer);
        GradientVariable gradient = _gradients[layer.Result];
        string saved = record[("layer", layer.Result)];
        _writer.Open(gradient.IsNonNull ? $"if ({saved} is not null)" : $"if ({gradient.Name} is not null && {saved} is not null)");
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
                string contribution = _names.Fresh(Casing.Camel(_graph.Names[argument.Value]) + "Contribution");
                contributions.Add((argument.Value, contribution));
                arguments.Add($"out {MaybeTensor} {contribution}");
            }
        }

        string receiver = layer.IsRematerializable
            ? layer.Receiver.Print(value => throw new InvalidOperationException($"The module of {layer.Label} depends on tensor {value}."))
            : record[("module", layer.Result)] + "!";
        _writer.Line($"{receiver}.Backward({string.Join(", ", arguments)});");
        foreach ((int value, string contribution) in contributions)
            Contribute(value, contribution);
        Release(gradient);
        _writer.EndBlock();
    }

    private void EmitOperator(OperatorCall call)
    {
        GradientVariable gradient = _gradients[call.Result];
        if (!gradient.IsNonNull)
            _writer.Open($"if ({gradient.Name} is not null)");
        foreach ((GradientCall method, _) in _plan.NeededGradients(call))
            EmitGradient(call, method, gradient);
        Release(gradient);
        if (!gradient.IsNonNull)
            _writer.EndBlock();
    }

    private void EmitGradient(OperatorCall call, GradientCall method, GradientVariable gradient)
    {
        RecordPlan record = _plan.RecordOf(call);
        string target = call.IsRematerializable ? call.Target.Print(_ => "") : record[("target", call.Result)] + "!";
        string text = $"{target}.{method.Method}("
            + $"{string.Join(", ", method.Parameters.Select(parameter => SavedArgument(call, parameter, record)).Prepend(gradient.Name))})";
        Argument[] tensors = [.. call.Arguments.Where(argument => argument.TakesTensor)];
        if (method.For is null && tensors.Length > 1)
            ContributeAll(call, tensors, text);
        else
            ContributeOne(call, method.For is null ? tensors[0] : tensors.First(tensor => tensor.Parameter == method.For), text);
    }

    /// <summary>Passes on what a gradient method for one tensor returns.</summary>
    private void ContributeOne(OperatorCall call, Argument argument, string text)
    {
        if (!_gradients.ContainsKey(argument.Value))
        {
            GradientVariable variable = new(NewName(argument.Value), IsOwned: true, IsNonNull: IsOnlyUse(call, argument.Value));
            _gradients[argument.Value] = variable;
            _contributed.Add(argument.Value);
            _writer.Line($"{(variable.IsNonNull ? MaybeTensor.TrimEnd('?') : MaybeTensor)} {variable.Name} = {text};");
        }
        else if (_activity.HaveSameActivity(argument.Value, call.Result))
        {
            Contribute(argument.Value, text);
        }
        else
        {
            _writer.Line($"if ({_plan.BackwardFlag(argument.Value)})");
            _writer.Indent();
            Contribute(argument.Value, text);
            _writer.Unindent();
        }
    }

    /// <summary>Passes on the tuple that a gradient method for all tensors returns.</summary>
    private void ContributeAll(OperatorCall call, Argument[] tensors, string text)
    {
        string[] names = [.. tensors.Select(tensor => _names.Fresh(Casing.Camel(tensor.Parameter) + "Contribution"))];
        _writer.Line($"({string.Join(", ", names.Select(name => $"{MaybeTensor} {name}"))}) = {text};");
        for (int i = 0; i < tensors.Length; i++)
        {
            if (!tensors[i].IsTensor || !_activity.NeedsGradient(tensors[i].Value))
            {
                _writer.Line($"{names[i]}?.Release();");
            }
            else if (_activity.HaveSameActivity(tensors[i].Value, call.Result))
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
        !_dataFlow.Operations.Any(operation => !ReferenceEquals(operation, call) && _plan.IsDifferentiated(operation)
            && operation is not Conditional && operation is not Loop && _dataFlow.UsesOf(operation).Contains(value))
        && !_dataFlow.PhiOperands.Any(use => use.Operand == value);

    private string SavedArgument(OperatorCall call, string parameter, RecordPlan record)
    {
        if (call.Arguments.FirstOrDefault(argument => argument.Parameter == parameter) is { } argument)
        {
            if (argument.IsTensor)
                return record[("tensor", argument.Value)] + "!";
            if (argument.TakesTensor)
                return "null";
            return argument.IsRematerializable ? argument.Code!.Print(_ => "") : _plan.SavedArgument(call, argument);
        }

        if (call.SavedOutputs.Contains(parameter))
            return record[("output", call.Result, parameter)] + "!";
        if (parameter == "result")
            return record[("tensor", call.Result)] + "!";
        Argument flagged = call.Arguments.First(other => other.Parameter + "Active" == parameter);
        if (!flagged.IsTensor || !_activity.NeedsGradient(flagged.Value))
            return "false";
        return _activity.HaveSameActivity(flagged.Value, call.Result) ? "true" : _plan.BackwardFlag(flagged.Value);
    }
}
