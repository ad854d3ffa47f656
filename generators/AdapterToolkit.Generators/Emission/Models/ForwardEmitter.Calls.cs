using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Calls of modules and operators, and what they save.</content>
internal sealed partial class ForwardEmitter
{
    private static string Pass(Argument argument, string text) => argument.IsNamed ? $"{argument.Parameter}: {text}" : text;

    private string ArgumentText(Argument argument, Dictionary<string, string> replaced) =>
        Pass(argument, argument.IsTensor ? Name(argument.Value) : replaced.TryGetValue(argument.Parameter, out string? name) ? name : Code(argument));

    /// <summary>The expression of an argument that is no tensor.</summary>
    private string Code(Argument argument) =>
        argument.IsFromPass ? $"{RuntimeNames.Members.PrefixAt}({_passParameter}, {argument.Attention})" : Print(argument.Code!);

    private void EmitLayer(LayerCall layer)
    {
        Dictionary<string, string> none = [];
        string receiver = Print(layer.Receiver);
        if (!Saves(layer))
        {
            IEnumerable<string> given = layer.Arguments.Select(argument => ArgumentText(argument, none));
            if (layer.TakesPass)
                given = given.Append(layer.Arguments.Any(argument => argument.IsNamed) ? $"pass: {_passParameter}" : _passParameter);
            _writer.Line($"{Definition(layer.Result)} = {receiver}.{layer.EvaluateMethod}({string.Join(", ", given)});");
            return;
        }

        RecordPlan record = _plan!.RecordOf(layer);
        if (!layer.IsRematerializable)
        {
            receiver = Materialize(receiver, layer.Type, Casing.Camel(layer.Label));
            _writer.Line($"{record[("module", layer.Result)]} = {receiver};");
        }

        List<string> arguments = [];
        bool named = false;
        foreach (Argument argument in layer.Arguments)
        {
            arguments.Add(ArgumentText(argument, none));
            named |= argument.IsNamed;
            if (argument.TakesTensor)
                arguments.Add((named ? $"{argument.Parameter}Active: " : "") + (argument.IsTensor ? Flag(argument.Value) : Inactive));
        }

        arguments.Add((named ? "pass: " : "") + _passParameter);
        string field = record[("layer", layer.Result)];
        arguments.Add((named ? "record: " : "") + $"out {field}");
        _writer.Line($"{Definition(layer.Result)} = {receiver}.ForwardSaving({string.Join(", ", arguments)});");
        if (_plan.NeedsFlag(layer.Result))
            DeclareFlag(layer.Result, $"{field} is not null");
    }

    private void EmitOperator(OperatorCall call)
    {
        Dictionary<string, string> replaced = [];
        string target = Print(call.Target);
        if (!Saves(call))
        {
            _writer.Line($"{Definition(call.Result)} = {target}.{call.Method}("
                + $"{string.Join(", ", call.Arguments.Select(argument => ArgumentText(argument, replaced)))});");
            return;
        }

        RecordPlan record = _plan!.RecordOf(call);
        if (!call.IsRematerializable)
        {
            target = Materialize(target, call.TargetType, Casing.Camel($"{_graph.Names[call.Result]}Target"));
            _writer.Line($"{record[("target", call.Result)]} = {target};");
        }

        foreach (Argument argument in _plan.SavedArguments(call).Where(argument => !argument.IsParameter))
        {
            string local = replaced[argument.Parameter] = Materialize(Code(argument), argument.Type, argument.Parameter);
            _writer.Line($"{_plan.SavedArgument(call, argument)} = {local};");
        }

        if ((_activity.SourcesOf(call.Result).Count > 1 || call.Trainable is not null) && _plan.NeedsFlag(call.Result))
        {
            IEnumerable<string> flags = call.Arguments
                .Where(argument => argument.IsTensor && !_activity.IsInactive(argument.Value))
                .Select(argument => Flag(argument.Value));
            if (call.Trainable is { } trainable)
                flags = flags.Append($"{replaced[trainable.Parameter]} is {{ {RuntimeNames.Members.Trains}: true }}");
            DeclareFlag(call.Result, string.Join(" || ", flags.Distinct()));
            RecordPlan flagRecord = _plan.RecordOfValue(call.Result);
            if (flagRecord.Has(SavePlan.FlagKey(call.Result)))
                _writer.Line($"{flagRecord[SavePlan.FlagKey(call.Result)]} = {Flag(call.Result)};");
        }

        string arguments = string.Join(", ", call.Arguments.Select(argument => ArgumentText(argument, replaced)));
        string plain = $"{target}.{call.Method}({arguments})";
        if (call.SavingMethod is null)
        {
            _writer.Line($"{Definition(call.Result)} = {plain};");
        }
        else
        {
            string outputs = string.Concat(call.SavedOutputs.Select(output => $", out {record[("output", call.Result, output)]}"));
            _writer.Line($"{Definition(call.Result)} = {Flag(call.Result)}");
            _writer.Indent();
            _writer.Line($"? {target}.{call.SavingMethod}({arguments}{outputs})");
            _writer.Line($": {plain};");
            _writer.Unindent();
        }

        foreach (IGrouping<int, int> saved in _plan.SavedTensors(call).GroupBy(saved => saved.Value, saved => saved.Guard))
            Save(record, saved.Key, string.Join(" || ", saved.Select(Flag).Distinct()));
    }

    private void Save(RecordPlan record, int value, string condition)
    {
        string field = record[("tensor", value)];
        if (!_written.Add((field, condition)))
            return;
        string assignment = _written.Add(field) ? "=" : "??=";
        string tested = condition.Contains(" || ") ? $"({condition})" : condition;
        _writer.Line($"{field} {assignment} {tested} ? {Name(value)}.Retain() : null;");
    }

    /// <summary>A local that holds an expression's value, unless the expression is one already.</summary>
    private string Materialize(string expression, string type, string name)
    {
        if (expression.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '@'))
            return expression;
        string local = _names.Fresh(name);
        _writer.Line($"{type} {local} = {expression};");
        return local;
    }

    private void DeclareFlag(int value, string condition)
    {
        string name = _flagNames[value] = _names.Fresh($"{Name(value).TrimStart('@')}Active");
        _writer.Line($"bool {name} = {condition};");
    }
}
