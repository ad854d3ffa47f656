using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>
/// ADT0103: a frozen weight is written outside a merge: its numbers are changed in place, or it is loaded by a forward or
/// training path, or a second time.
/// </summary>
internal sealed class FrozenWeightWrittenRule : TensorRule
{
    private static readonly string[] s_mergeWords = ["merge", "pissa", "loftq"];

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        if (TensorTypes.Is(call.TargetMethod.ContainingType, flow.Types.FrozenWeight))
        {
            if (call.TargetMethod.Name == "Load")
                CheckLoad(flow, call);
            return;
        }

        if (IsStorage(receiver) && TensorMethods.Overwrites(call.TargetMethod.Name) && !IsMerge(flow.Symbol))
            Report(flow, receiver, call.Syntax, "is written in place");
        for (int i = 0; i < arguments.Length; i++)
        {
            if (IsStorage(arguments[i]) && IsDestination(call.TargetMethod, i) && !IsMerge(flow.Symbol))
                Report(flow, arguments[i], call.Syntax, "is written in place");
        }
    }

    /// <inheritdoc/>
    public override void OnWrite(ValueFlow flow, IOperation operation, Value target)
    {
        if (IsStorage(target) && !IsMerge(flow.Symbol))
            Report(flow, target, operation.Syntax, "is written in place");
    }

    private static void CheckLoad(ValueFlow flow, IInvocationOperation call)
    {
        if (IsMerge(flow.Symbol))
            return;
        string? path = call.Instance is { } weight ? PathOf(weight) : null;
        string name = call.Instance?.Syntax.ToString() ?? "the weight";
        if (flow.IsOnTrainingPath || ValueFlow.IsTrainingName(flow.MethodName) || flow.Knows(ValueFlow.TrainedFact))
            flow.Report(Rules.FrozenWeightWritten, call.Syntax, name, "is loaded where the model already runs");
        else if (path is not null && flow.Knows("loaded:" + path))
            flow.Report(Rules.FrozenWeightWritten, call.Syntax, name, "is loaded a second time");
        if (path is not null)
            flow.Note("loaded:" + path);
    }

    /// <summary>The variable and members that lead to a weight, where they lead to the same one each time; null otherwise.</summary>
    private static string? PathOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local.Name + ".",
        IParameterReferenceOperation parameter => parameter.Parameter.Name + ".",
        IInstanceReferenceOperation => "this.",
        IPropertyReferenceOperation { Arguments.IsEmpty: true, Instance: { } instance } property => PathOf(instance) is { } path ? path + property.Property.Name + "." : null,
        IFieldReferenceOperation { Instance: { } instance } field => PathOf(instance) is { } path ? path + field.Field.Name + "." : null,
        IConversionOperation conversion => PathOf(conversion.Operand),
        _ => null,
    };

    private static bool IsStorage(Value value) => value is { Kind: ValueKind.Weight, IsStorage: true };

    private static bool IsDestination(IMethodSymbol method, int parameter) =>
        method.DeclaringSyntaxReferences.Length == 0 && method.Parameters.Length > parameter
        && (method.Parameters[parameter].Name is "destination" || (method.Name is "Fill" && parameter == 0) || method.Name == "FillGaussian");

    private static bool IsMerge(ISymbol symbol)
    {
        for (ISymbol? current = symbol; current is not null and not INamespaceSymbol; current = current.ContainingSymbol)
        {
            if (s_mergeWords.Any(word => current.Name.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0))
                return true;
        }

        return false;
    }

    private static void Report(ValueFlow flow, Value weight, SyntaxNode place, string what) =>
        flow.Report(Rules.FrozenWeightWritten, place, weight.Origins.FirstOrDefault()?.ToString() ?? "the weight", what);
}
