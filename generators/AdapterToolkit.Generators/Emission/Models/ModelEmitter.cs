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
    private readonly CompanionSignatures _companions;
    private readonly string _inputsClass;
    private readonly string _keepingMethod;

    private ModelEmitter(ModelSpec model, CancellationToken cancellation)
    {
        _writer = SourceWriter.File(cancellation);
        _model = model;
        _dataFlow = new DataFlow(model.Graph!, cancellation);
        _activity = new Activity(_dataFlow, cancellation);
        NameScope members = new(model.TakenNames);
        _inputsClass = members.Fresh("SavedInputs");
        _keepingMethod = members.Fresh("ForwardKeeping");
        _companions = new CompanionSignatures(model, members);
        _names = _companions.Names;
        _plan = new SavePlan(_dataFlow, _activity, members, _names, cancellation);
    }

    private IEnumerable<ParameterSpec> Tensors => _companions.Tensors;

    private bool HasBackward => _plan.HasBackward;

    /// <summary>Emits a class.</summary>
    /// <param name="model">The class.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Emit(ModelSpec model, CancellationToken cancellation) =>
        model.Graph is null ? UndifferentiatedModelEmitter.Emit(model, cancellation) : new ModelEmitter(model, cancellation).Emit();

    private string Emit()
    {
        TypeEmitter.Open(_writer, _model.Type, $"partial class {_model.Type.Name}{(_model.DerivesFromModule ? "" : " : " + RuntimeNames.Module)}");
        ChildrenEmitter.Emit(_writer, _model);
        EmitAttentions();
        EmitEvaluate();
        EmitForwardSaving();
        _companions.EmitWithActivePass(_writer);
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

    private void DocumentParameters(Action<ParameterSpec>? afterTensor = null)
    {
        foreach (ParameterSpec parameter in _model.Parameters)
        {
            _writer.Line($"/// <param name=\"{parameter.Name.TrimStart('@')}\">As <c>Forward</c> takes it.</param>");
            if (parameter.IsTensor)
                afterTensor?.Invoke(parameter);
        }
    }

    private void DocumentPass() => _writer.Line($"/// <param name=\"{_companions.Pass}\">Says which adapters run on which rows.</param>");

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
        _writer.Open(_companions.Evaluate);
        EmitForward(plan: null);
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
            DocumentParameters(tensor => _writer.Line($"/// <param name=\"{_companions.Flags[tensor.Value]}\">"
                + $"Whether something upstream of <paramref name=\"{tensor.Name.TrimStart('@')}\"/> trains.</param>"));
            DocumentPass();
            _writer.Line($"/// <param name=\"{_companions.Record}\">Receives what was saved; null where nothing trains, in this module or upstream.</param>");
            _writer.Line("/// <returns>What <c>Forward</c> returns.</returns>");
        }

        string arguments = string.Join(", ", _model.Parameters.Select(parameter => parameter.Name).Append(_companions.Pass));
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open(_companions.ForwardSaving);
        if (HasBackward)
        {
            string saving = string.Join(", ", _companions.SavingArguments.Append(_companions.Pass).Append($"out {_companions.Record}"));
            _writer.Line("if (!RecomputesForward)");
            _writer.Indent();
            _writer.Line($"return {_keepingMethod}({saving});");
            _writer.Unindent();
            _writer.Line();
            IEnumerable<string> reasons = Tensors.Select(tensor => _companions.Flags[tensor.Value]).Append($"Trains({_companions.Pass})");
            _writer.Line($"{_companions.Record} = {string.Join(" || ", reasons)}");
            _writer.Indent();
            IEnumerable<string> retained = _model.Parameters
                .Select(parameter => parameter.IsTensor ? $"{parameter.Name}.Retain(), {_companions.Flags[parameter.Value]}" : parameter.Name)
                .Append(_companions.Pass);
            _writer.Line($"? new {_inputsClass}({string.Join(", ", retained)})");
            _writer.Line(": null;");
            _writer.Unindent();
        }
        else
        {
            _writer.Line($"{_companions.Record} = null;");
        }

        _writer.Line($"return Evaluate({arguments});");
        _writer.Close();
    }

    private void EmitForward(SavePlan? plan) => new ForwardEmitter(_writer, _dataFlow, _activity, plan, _names.Nested())
        .Emit(_model.Parameters, _companions.Flags, _companions.Pass, _companions.Record);

    private void EmitForwardKeeping()
    {
        _writer.Line();
        _writer.Line(GeneratedCode.Attribute);
        _writer.Open($"private {TensorType} {_keepingMethod}({_companions.SavingParameters})");
        EmitForward(_plan);
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
            _writer.Line($"/// <param name=\"{_companions.Gradient}\">The gradient of the result.</param>");
            _writer.Line($"/// <param name=\"{_companions.Record}\">What <c>ForwardSaving</c> saved.</param>");
            foreach (ParameterSpec tensor in Tensors)
                _writer.Line($"/// <param name=\"{_companions.InputGradients[tensor.Value]}\">"
                    + $"Receives the gradient of <c>{tensor.Name.TrimStart('@')}</c>; null where nothing upstream of it trains.</param>");
        }

        _writer.Line(GeneratedCode.Attribute);
        _writer.Open(_companions.Backward);
        if (HasBackward)
        {
            NameScope names = _names.Nested();
            EmitRecomputation(names);
            _writer.Line();
            _writer.Line($"{_plan.Run.ClassName} {_plan.Run.Variable} = ({_plan.Run.ClassName}){_companions.Record};");
            new BackwardEmitter(_writer, _dataFlow, _activity, _plan, names).Emit(_companions.Gradient, _companions.InputGradients);
        }
        else
        {
            foreach (ParameterSpec tensor in Tensors)
                _writer.Line($"{_companions.InputGradients[tensor.Value]} = null;");
        }

        _writer.Close();
    }

    private void EmitRecomputation(NameScope names)
    {
        string inputs = names.Fresh("inputs"), again = names.Fresh("recomputed");
        IEnumerable<string> arguments = _model.Parameters
            .Select(parameter => Field(parameter) + (parameter.IsTensor ? $", {inputs}.{FlagField(parameter)}" : ""));
        _writer.Open($"if ({_companions.Record} is {_inputsClass} {inputs})");
        _writer.Line($"{_keepingMethod}({string.Join(", ", arguments.Append($"{inputs}.{PassField}").Append($"out {RecordType}? {again}"))}).Release();");
        foreach (ParameterSpec tensor in Tensors)
            _writer.Line($"{_companions.InputGradients[tensor.Value]} = null;");
        _writer.Open($"if ({again} is not null)");
        IEnumerable<string> outputs = Tensors.Select(tensor => $"out {_companions.InputGradients[tensor.Value]}");
        _writer.Line($"Backward({string.Join(", ", new[] { _companions.Gradient, again }.Concat(outputs))});");
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
