using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>Emits the other half of a class marked <c>[AdapterModel]</c>: its modules, and its forward and backward passes.</summary>
internal sealed class ModelEmitter
{
    private const string TensorType = RuntimeNames.Tensor;
    private const string RecordType = RuntimeNames.ForwardRecord;

    /// <summary>The field that keeps the pass of a run; no parameter's field is called so, since those end otherwise.</summary>
    private const string PassField = "PassOfRun";

    private readonly SourceWriter _writer;
    private readonly ModelSpec _model;
    private readonly DataFlow _dataFlow;
    private readonly Activity _activity;
    private readonly NameScope _names;
    private readonly SavePlan _plan;
    private readonly string _record;
    private readonly string _pass;
    private readonly string _gradient;
    private readonly string _inputsClass;
    private readonly string _keepingMethod;
    private readonly Dictionary<int, string> _flags = [];
    private readonly Dictionary<int, string> _inputGradients = [];

    private ModelEmitter(ModelSpec model, CancellationToken cancellation)
    {
        _writer = SourceWriter.File(cancellation);
        _model = model;
        _dataFlow = new DataFlow(model.Graph!, cancellation);
        _activity = new Activity(_dataFlow, cancellation);
        NameScope members = new(model.TakenNames);
        _inputsClass = members.Fresh("SavedInputs");
        _keepingMethod = members.Fresh("ForwardKeeping");
        _names = members.Nested();
        foreach (ParameterSpec parameter in model.Parameters)
            _names.Reserve(parameter.Name);
        _record = _names.Fresh("record");
        _pass = _names.Fresh("pass");
        _gradient = _names.Fresh("gradient");
        foreach (ParameterSpec parameter in Tensors)
        {
            _flags[parameter.Value] = _names.Fresh(Casing.Camel(parameter.Name) + "Active");
            _inputGradients[parameter.Value] = _names.Fresh(Casing.Camel(parameter.Name) + "Gradient");
        }

        _plan = new SavePlan(_dataFlow, _activity, members, _names, cancellation);
    }

    private IEnumerable<ParameterSpec> Tensors => _model.Parameters.Where(parameter => parameter.IsTensor);

    private bool HasBackward => _plan.HasBackward;

    /// <summary>Emits a class.</summary>
    /// <param name="model">The class.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Emit(ModelSpec model, CancellationToken cancellation) => new ModelEmitter(model, cancellation).Emit();

    private string Emit()
    {
        TypeEmitter.Open(_writer, _model.Type, $"partial class {_model.Type.Name}{(_model.DerivesFromModule ? "" : " : " + RuntimeNames.Module)}");
        ChildrenEmitter.Emit(_writer, _model);
        EmitAttentions();
        EmitEvaluate();
        EmitForwardSaving();
        EmitWithActivePass();
        EmitBackward();
        if (HasBackward)
        {
            EmitForwardKeeping();
            EmitInputs();
            RecordEmitter.Emit(_writer, _plan.Run);
            foreach (RecordPlan iteration in _plan.Iterations)
                RecordEmitter.Emit(_writer, iteration);
        }

        TypeEmitter.Close(_writer, _model.Type);
        return _writer.ToString();
    }

    /// <summary>Emits how many attentions the class has; one without any may derive from one that has some.</summary>
    private void EmitAttentions()
    {
        int count = _model.Graph!.Attentions;
        if (count == 0 && !_model.IncludesBaseChildren)
            return;
        _writer.Line();
        _writer.Line("/// <inheritdoc/>");
        _writer.Line(GeneratedCode.Attribute);
        _writer.Line($"protected override int {RuntimeNames.Members.OwnAttentions} => {count};");
    }

    private string Declaration(string method, string returns, string parameters)
    {
        string modifier = _model.Overrides.Contains(method) ? " override" : _model.IsSealed || _model.ForwardAccessibility == "private" ? "" : " virtual";
        return $"{_model.ForwardAccessibility}{modifier} {returns} {method}({parameters})";
    }

    private void DocumentParameters(Action<ParameterSpec>? afterTensor = null)
    {
        foreach (ParameterSpec parameter in _model.Parameters)
        {
            _writer.Line($"/// <param name=\"{parameter.Name.TrimStart('@')}\">As <c>Forward</c> takes it.</param>");
            if (parameter.IsTensor)
                afterTensor?.Invoke(parameter);
        }
    }

    private void DocumentPass() => _writer.Line($"/// <param name=\"{_pass}\">Says which adapters run on which rows.</param>");

    private string Parameters => string.Join(", ", _model.Parameters
        .Select(parameter => $"{parameter.Type} {parameter.Name}")
        .Append($"{RuntimeNames.Pass} {_pass}"));

    private string SavingParameters => string.Join(", ", _model.Parameters
        .Select(parameter => $"{parameter.Type} {parameter.Name}" + (parameter.IsTensor ? $", bool {_flags[parameter.Value]}" : ""))
        .Append($"{RuntimeNames.Pass} {_pass}")
        .Append($"out {RecordType}? {_record}"));

    private void EmitEvaluate()
    {
        _writer.Line();
        if (_model.Overrides.Contains("Evaluate"))
        {
            _writer.Line("/// <inheritdoc/>");
        }
        else
        {
            _writer.Line("/// <summary><c>Forward</c> with planned buffers: each is released after its last use.</summary>");
            DocumentParameters();
            DocumentPass();
            _writer.Line("/// <returns>What <c>Forward</c> returns.</returns>");
        }

        _writer.Line(GeneratedCode.Attribute);
        _writer.Open(Declaration("Evaluate", TensorType, Parameters));
        new ForwardEmitter(_writer, _dataFlow, _activity, null, _names.Nested()).Emit(_model.Parameters, _flags, _pass, _record);
        _writer.Close();
    }

    private void EmitForwardSaving()
    {
        _writer.Line();
        if (_model.Overrides.Contains("ForwardSaving"))
        {
            _writer.Line("/// <inheritdoc/>");
        }
        else
        {
            _writer.Line("/// <summary><c>Forward</c>, saving what <c>Backward</c> needs.</summary>");
            DocumentParameters(tensor => _writer.Line($"/// <param name=\"{_flags[tensor.Value]}\">"
                + $"Whether something upstream of <paramref name=\"{tensor.Name.TrimStart('@')}\"/> trains.</param>"));
            DocumentPass();
            _writer.Line($"/// <param name=\"{_record}\">Receives what was saved; null where nothing trains, in this module or upstream.</param>");
            _writer.Line("/// <returns>What <c>Forward</c> returns.</returns>");
        }

        string arguments = string.Join(", ", _model.Parameters.Select(parameter => parameter.Name).Append(_pass));
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open(Declaration("ForwardSaving", TensorType, SavingParameters));
        if (HasBackward)
        {
            string saving = string.Join(", ", _model.Parameters
                .Select(parameter => parameter.Name + (parameter.IsTensor ? $", {_flags[parameter.Value]}" : ""))
                .Append(_pass)
                .Append($"out {_record}"));
            _writer.Line("if (!RecomputesForward)");
            _writer.Indent();
            _writer.Line($"return {_keepingMethod}({saving});");
            _writer.Unindent();
            _writer.Line();
            _writer.Line($"{_record} = {string.Join(" || ", Tensors.Select(tensor => _flags[tensor.Value]).Append($"Trains({_pass})"))}");
            _writer.Indent();
            IEnumerable<string> retained = _model.Parameters
                .Select(parameter => parameter.IsTensor ? $"{parameter.Name}.Retain(), {_flags[parameter.Value]}" : parameter.Name)
                .Append(_pass);
            _writer.Line($"? new {_inputsClass}({string.Join(", ", retained)})");
            _writer.Line(": null;");
            _writer.Unindent();
        }
        else
        {
            _writer.Line($"{_record} = null;");
        }

        _writer.Line($"return Evaluate({arguments});");
        _writer.Close();
    }

    /// <summary>Emits the companions without a pass, for callers by hand; a class whose base declares them has those of its base.</summary>
    private void EmitWithActivePass()
    {
        if (!_model.Overrides.Contains("Evaluate"))
        {
            string parameters = string.Join(", ", _model.Parameters.Select(parameter => $"{parameter.Type} {parameter.Name}"));
            string arguments = string.Join(", ", _model.Parameters.Select(parameter => parameter.Name).Append(RuntimeNames.Pass + ".Active"));
            EmitShort("Evaluate", parameters, arguments);
        }

        if (!_model.Overrides.Contains("ForwardSaving"))
        {
            IEnumerable<string> parameters = _model.Parameters
                .Select(parameter => $"{parameter.Type} {parameter.Name}" + (parameter.IsTensor ? $", bool {_flags[parameter.Value]}" : ""));
            IEnumerable<string> arguments = _model.Parameters
                .Select(parameter => parameter.Name + (parameter.IsTensor ? $", {_flags[parameter.Value]}" : ""));
            EmitShort(
                "ForwardSaving",
                string.Join(", ", parameters.Append($"out {RecordType}? {_record}")),
                string.Join(", ", arguments.Append(RuntimeNames.Pass + ".Active").Append($"out {_record}")));
        }

        void EmitShort(string method, string parameters, string arguments)
        {
            _writer.Line();
            _writer.Line($"/// <summary>The companion of this name with the adapter in use.</summary>");
            _writer.Line("/// <inheritdoc cref=\"Forward\" path=\"/param\"/>");
            _writer.Line(GeneratedCode.Attribute);
            _writer.Line($"{_model.ForwardAccessibility} {TensorType} {method}({parameters}) => {method}({arguments});");
        }
    }

    private void EmitForwardKeeping()
    {
        _writer.Line();
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open($"private {TensorType} {_keepingMethod}({SavingParameters})");
        new ForwardEmitter(_writer, _dataFlow, _activity, _plan, _names.Nested()).Emit(_model.Parameters, _flags, _pass, _record);
        _writer.Close();
    }

    private void EmitBackward()
    {
        _writer.Line();
        if (_model.Overrides.Contains("Backward"))
        {
            _writer.Line("/// <inheritdoc/>");
        }
        else
        {
            _writer.Line("/// <summary>Adds to the gradients of the parameters, and computes those of the inputs.</summary>");
            _writer.Line($"/// <param name=\"{_gradient}\">The gradient of the result.</param>");
            _writer.Line($"/// <param name=\"{_record}\">What <c>ForwardSaving</c> saved.</param>");
            foreach (ParameterSpec tensor in Tensors)
                _writer.Line($"/// <param name=\"{_inputGradients[tensor.Value]}\">"
                    + $"Receives the gradient of <c>{tensor.Name.TrimStart('@')}</c>; null where nothing upstream of it trains.</param>");
        }

        IEnumerable<string> outputs = Tensors.Select(tensor => $"out {TensorType}? {_inputGradients[tensor.Value]}");
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open(Declaration("Backward", "void", string.Join(", ", new[] { $"{TensorType} {_gradient}", $"{RecordType} {_record}" }.Concat(outputs))));
        if (HasBackward)
        {
            NameScope names = _names.Nested();
            EmitRecomputation(names);
            _writer.Line();
            _writer.Line($"{_plan.Run.ClassName} {_plan.Run.Variable} = ({_plan.Run.ClassName}){_record};");
            new BackwardEmitter(_writer, _dataFlow, _activity, _plan, names).Emit(_gradient, _inputGradients);
        }
        else
        {
            foreach (ParameterSpec tensor in Tensors)
                _writer.Line($"{_inputGradients[tensor.Value]} = null;");
        }

        _writer.Close();
    }

    private void EmitRecomputation(NameScope names)
    {
        string inputs = names.Fresh("inputs"), again = names.Fresh("recomputed");
        IEnumerable<string> arguments = _model.Parameters
            .Select(parameter => Field(parameter) + (parameter.IsTensor ? $", {inputs}.{FlagField(parameter)}" : ""));
        _writer.Open($"if ({_record} is {_inputsClass} {inputs})");
        _writer.Line($"{_keepingMethod}({string.Join(", ", arguments.Append($"{inputs}.{PassField}").Append($"out {RecordType}? {again}"))}).Release();");
        foreach (ParameterSpec tensor in Tensors)
            _writer.Line($"{_inputGradients[tensor.Value]} = null;");
        _writer.Open($"if ({again} is not null)");
        _writer.Line($"Backward({string.Join(", ", new[] { _gradient, again }.Concat(Tensors.Select(tensor => $"out {_inputGradients[tensor.Value]}")))});");
        _writer.Line($"{again}.Release();");
        _writer.Close();
        _writer.Line();
        _writer.Line("return;");
        _writer.Close();

        string Field(ParameterSpec parameter) => $"{inputs}.{Casing.Pascal(parameter.Name)}Input";
    }

    private static string FlagField(ParameterSpec parameter) => $"{Casing.Pascal(parameter.Name)}Active";

    /// <summary>Emits the record that a run leaves which is to be run again in the backward pass.</summary>
    private void EmitInputs()
    {
        IEnumerable<string> parameters = _model.Parameters.Select(parameter =>
            $"{parameter.Type} {Casing.Camel(parameter.Name)}Input" + (parameter.IsTensor ? $", bool {Casing.Camel(parameter.Name)}Active" : ""))
            .Append($"{RuntimeNames.Pass} pass");
        _writer.Line();
        _writer.Line("/// <summary>What a run leaves that the backward pass repeats.</summary>");
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open($"private sealed class {_inputsClass}({string.Join(", ", parameters)}) : {RecordType}");
        foreach (ParameterSpec parameter in _model.Parameters)
        {
            _writer.Line($"internal readonly {parameter.Type} {Casing.Pascal(parameter.Name)}Input = {Casing.Camel(parameter.Name)}Input;");
            if (parameter.IsTensor)
                _writer.Line($"internal readonly bool {FlagField(parameter)} = {Casing.Camel(parameter.Name)}Active;");
        }

        _writer.Line($"internal readonly {RuntimeNames.Pass} {PassField} = pass;");

        IEnumerable<string> saved = Tensors.Select(tensor => $"new(\"{tensor.Name.TrimStart('@')}\", {Casing.Pascal(tensor.Name)}Input)");
        _writer.Line();
        _writer.Line("/// <inheritdoc/>");
        _writer.Line($"public override global::System.Collections.Generic.IEnumerable<{RuntimeNames.SavedTensor}> SavedTensors => "
            + $"[{string.Join(", ", saved)}];");
        _writer.Line();
        _writer.Line("/// <inheritdoc/>");
        _writer.Open("public override void Release()");
        foreach (ParameterSpec tensor in Tensors)
            _writer.Line($"{Casing.Pascal(tensor.Name)}Input.Release();");
        _writer.Close();
        _writer.Close();
    }
}
