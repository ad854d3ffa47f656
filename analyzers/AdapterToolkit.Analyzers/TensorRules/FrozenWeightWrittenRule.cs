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
    private const string Loaded = "loaded:", Released = "released:";

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        if (TensorTypes.Is(call.TargetMethod.ContainingType, flow.Types.FrozenWeight))
        {
            if (call.TargetMethod.Name == "Load")
                CheckLoad(flow, call);
            else if (call.TargetMethod.Name == "Dispose" && AccessPath.Of(call.Instance) is { } path)
                flow.Note(Released + path);
            return;
        }

        if (IsStorage(receiver) && TensorMethods.Overwrites(call.TargetMethod.Name) && !MethodPurpose.IsToChangeWeights(flow.Symbol))
            Report(flow, receiver, call.Syntax, "is written in place");
        for (int i = 0; i < arguments.Length; i++)
        {
            if (IsStorage(arguments[i]) && IsDestination(call.TargetMethod, i) && !MethodPurpose.IsToChangeWeights(flow.Symbol))
                Report(flow, arguments[i], call.Syntax, "is written in place");
        }
    }

    /// <inheritdoc/>
    public override void OnWrite(ValueFlow flow, IOperation operation, Value target)
    {
        if (IsStorage(target) && !MethodPurpose.IsToChangeWeights(flow.Symbol))
            Report(flow, target, operation.Syntax, "is written in place");
    }

    private static void CheckLoad(ValueFlow flow, IInvocationOperation call)
    {
        if (MethodPurpose.IsToChangeWeights(flow.Symbol))
            return;
        string? path = AccessPath.Of(call.Instance);
        string name = call.Instance?.Syntax.ToString() ?? "the weight";
        if (path is not null && flow.Knows(Released + path))
            return;
        if (RunsAlready(flow, call.Instance, path))
            flow.Report(Rules.FrozenWeightWritten, call.Syntax, name, "is loaded where the model already runs");
        else if (path is not null && flow.Knows(Loaded + path))
            flow.Report(Rules.FrozenWeightWritten, call.Syntax, name, "is loaded a second time");
        if (path is not null)
            flow.Note(Loaded + path);
    }

    /// <summary>Whether the layer that a weight belongs to is in use.</summary>
    private static bool RunsAlready(ValueFlow flow, IOperation? weight, string? path)
    {
        if (path is not null && AccessPath.Prefixes(path).Any(holder => flow.Knows(ValueFlow.UsedFact + holder)))
            return true;
        ILocalSymbol? local = AccessPath.LocalOf(weight);
        if (local is not null && AccessPath.IsMadeHere(local))
            return false;
        return flow.IsOnTrainingPath || ValueFlow.IsTrainingName(flow.MethodName)
            || flow.Knows(ValueFlow.TrainedFact) || (local is not null && flow.Knows(ValueFlow.UsedFact));
    }

    private static bool IsStorage(Value value) => value is { Kind: ValueKind.Weight, IsStorage: true };

    private static bool IsDestination(IMethodSymbol method, int parameter)
    {
        if (method.DeclaringSyntaxReferences.Length > 0 || method.Parameters.Length <= parameter)
            return false;
        string name = method.Parameters[parameter].Name;
        return name is "destination" or "destinationArray" or "dst" || (method.Name is "Fill" && parameter == 0) || method.Name == "FillGaussian"
            || (TensorTypes.IsInNamespace(method.ContainingType, "System")
                && method.Parameters[parameter].Type is IArrayTypeSymbol or { Name: "Span" or "Memory" or "Array" }
                && method.Name is "Reverse" or "Sort" or "Shuffle" or "Clear" or "NextBytes" or "GetBytes"
                    or "Read" or "ReadExactly" or "ReadAtLeast" or "ReadAsync" or "ReadExactlyAsync");
    }

    private static void Report(ValueFlow flow, Value weight, SyntaxNode place, string what) =>
        flow.Report(Rules.FrozenWeightWritten, place, weight.Origins.FirstOrDefault()?.ToString() ?? "the weight", what);
}
