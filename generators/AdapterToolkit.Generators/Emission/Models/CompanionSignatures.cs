using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>The declarations of the companions of a model's <c>Forward</c>: <c>Evaluate</c>, <c>ForwardSaving</c> and <c>Backward</c>.</summary>
internal sealed class CompanionSignatures
{
    private const string TensorType = RuntimeNames.Tensor;
    private const string RecordType = RuntimeNames.ForwardRecord;

    private readonly ModelSpec _model;
    private readonly Dictionary<int, string> _flags = [];
    private readonly Dictionary<int, string> _inputGradients = [];

    /// <summary>Names the parameters of the companions.</summary>
    /// <param name="model">The class.</param>
    /// <param name="members">The names of its members.</param>
    public CompanionSignatures(ModelSpec model, NameScope members)
    {
        _model = model;
        Names = members.Nested();
        foreach (ParameterSpec parameter in model.Parameters)
            Names.Reserve(parameter.Name);
        Record = Names.Fresh("record");
        Pass = Names.Fresh("pass");
        Gradient = Names.Fresh("gradient");
        foreach (ParameterSpec parameter in Tensors)
        {
            _flags[parameter.Value] = Names.Fresh(Casing.Camel(parameter.Name) + "Active");
            _inputGradients[parameter.Value] = Names.Fresh(Casing.Camel(parameter.Name) + "Gradient");
        }
    }

    /// <summary>The names inside the companions.</summary>
    public NameScope Names { get; }

    /// <summary>The parameter that takes or receives what a run saved.</summary>
    public string Record { get; }

    /// <summary>The parameter that says which adapters run on which rows.</summary>
    public string Pass { get; }

    /// <summary>The parameter that takes the gradient of the result.</summary>
    public string Gradient { get; }

    /// <summary>The parameters that say whether something upstream of a tensor trains, by the tensors' values.</summary>
    public IReadOnlyDictionary<int, string> Flags => _flags;

    /// <summary>The parameters that receive the gradients of tensors, by the tensors' values.</summary>
    public IReadOnlyDictionary<int, string> InputGradients => _inputGradients;

    /// <summary>The parameters of <c>Forward</c> that are tensors.</summary>
    public IEnumerable<ParameterSpec> Tensors => _model.Parameters.Where(parameter => parameter.IsTensor);

    /// <summary>The declaration of <c>Evaluate</c>.</summary>
    public string Evaluate => Declaration("Evaluate", TensorType, string.Join(", ", Inputs.Append($"{RuntimeNames.Pass} {Pass}")));

    /// <summary>The parameters of <c>ForwardSaving</c>.</summary>
    public string SavingParameters => string.Join(", ", SavingInputs
        .Append($"{RuntimeNames.Pass} {Pass}")
        .Append($"out {RecordType}? {Record}"));

    /// <summary>What <c>ForwardSaving</c> is given where it is called with the parameters of <c>Forward</c> and their flags, before the pass.</summary>
    public IEnumerable<string> SavingArguments => _model.Parameters
        .Select(parameter => parameter.Name + (parameter.IsTensor ? $", {_flags[parameter.Value]}" : ""));

    /// <summary>The declaration of <c>ForwardSaving</c>.</summary>
    public string ForwardSaving => Declaration("ForwardSaving", TensorType, SavingParameters);

    /// <summary>The declaration of <c>Backward</c>.</summary>
    public string Backward => Declaration("Backward", "void", string.Join(", ", new[] { $"{TensorType} {Gradient}", $"{RecordType} {Record}" }
        .Concat(Tensors.Select(tensor => $"out {TensorType}? {_inputGradients[tensor.Value]}"))));

    private IEnumerable<string> Inputs => _model.Parameters.Select(parameter => $"{parameter.Type} {parameter.Name}");

    private IEnumerable<string> SavingInputs => _model.Parameters
        .Select(parameter => $"{parameter.Type} {parameter.Name}" + (parameter.IsTensor ? $", bool {_flags[parameter.Value]}" : ""));

    /// <summary>Emits the companions without a pass, for callers by hand; a class whose base declares them has those of its base.</summary>
    public void EmitWithActivePass(SourceWriter writer)
    {
        if (!_model.Overrides.Contains("Evaluate"))
        {
            string arguments = string.Join(", ", _model.Parameters.Select(parameter => parameter.Name).Append(RuntimeNames.Pass + ".Active"));
            EmitShort("Evaluate", string.Join(", ", Inputs), arguments);
        }

        if (!_model.Overrides.Contains("ForwardSaving"))
        {
            EmitShort(
                "ForwardSaving",
                string.Join(", ", SavingInputs.Append($"out {RecordType}? {Record}")),
                string.Join(", ", SavingArguments.Append(RuntimeNames.Pass + ".Active").Append($"out {Record}")));
        }

        void EmitShort(string method, string parameters, string arguments)
        {
            writer.Line();
            writer.Line($"/// <summary>The companion of this name with the adapter in use.</summary>");
            writer.Line("/// <inheritdoc cref=\"Forward\" path=\"/param\"/>");
            writer.Line(GeneratedCode.Attribute);
            writer.Line($"{_model.ForwardAccessibility} {TensorType} {method}({parameters}) => {method}({arguments});");
        }
    }

    private string Declaration(string method, string returns, string parameters)
    {
        string modifier = _model.Overrides.Contains(method) ? " override" : _model.IsSealed || _model.ForwardAccessibility == "private" ? "" : " virtual";
        return $"{_model.ForwardAccessibility}{modifier} {returns} {method}({parameters})";
    }
}
