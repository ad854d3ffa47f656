using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0103: a frozen weight is written outside a merge: its numbers are changed in place, or it is loaded by a forward or
/// training path, or a second time.
/// </summary>
internal sealed class FrozenWeightWrittenRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0103",
        "A frozen weight is written outside a merge",
        "The frozen weight '{0}' {1}, so that the adapter beside it means nothing any more; load it once before its first use, and change it by a merge only",
        "Adapters",
        DiagnosticSeverity.Warning,
        "An adapter is trained beside one pretrained weight and means nothing beside another. "
            + "The weight is loaded once, before its first use, and changed by a merge only.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        if (TensorTypes.Is(call.TargetMethod.ContainingType, flow.Types.FrozenWeight))
        {
            if (call.TargetMethod.Name == "Load")
                CheckLoad(flow, call);
            else if (call.TargetMethod.Name == "Dispose" && AccessPath.Of(call.Instance) is { } path)
                flow.Note(TensorFactKind.Released, path);
            return;
        }

        // A collection in which there is a weight loses it where it is cleared, and the weight stays what it was.
        if (IsStorage(receiver) && TensorMethods.Overwrites(call.TargetMethod.Name) && flow.Types.IsMatrix(call.TargetMethod.ContainingType)
            && !arguments.Any(argument => argument.ContainsProduct) && !flow.StartsAtWeights)
            Report(flow, receiver, call.Syntax, "is written in place");
        for (int i = 0; i < arguments.Length; i++)
        {
            if (IsStorage(arguments[i]) && IsDestination(call.TargetMethod, i) && !receiver.ContainsProduct
                && !arguments.Any(argument => argument.ContainsProduct)
                && !flow.StartsAtWeights)
                Report(flow, arguments[i], call.Syntax, "is written in place");
        }
    }

    /// <inheritdoc/>
    public override void OnWrite(ValueFlow flow, IOperation operation, Value target)
    {
        if (IsStorage(target) && !flow.StartsAtWeights)
            Report(flow, target, operation.Syntax, "is written in place");
    }

    private static void CheckLoad(ValueFlow flow, IInvocationOperation call)
    {
        if (flow.StartsAtWeights)
            return;
        AccessPath? path = AccessPath.Of(call.Instance);
        string name = call.Instance?.Syntax.ToString() ?? "the weight";
        if (path is not null && flow.Knows(TensorFactKind.Released, path))
            return;
        if (RunsAlready(flow, call.Instance, path))
            flow.Report(s_rule, call.Syntax, name, "is loaded where the model already runs");
        else if (path is not null && flow.Knows(TensorFactKind.Loaded, path))
            flow.Report(s_rule, call.Syntax, name, "is loaded a second time");
        if (path is not null)
            flow.Note(TensorFactKind.Loaded, path);
    }

    /// <summary>Whether the layer that a weight belongs to is in use.</summary>
    private static bool RunsAlready(ValueFlow flow, IOperation? weight, AccessPath? path)
    {
        if (path is not null && path.SelfAndHolders().Any(holder => flow.Knows(TensorFactKind.Used, holder)))
            return true;
        ILocalSymbol? local = AccessPath.LocalOf(weight);
        if (local is not null && AccessPath.IsMadeHere(local))
            return false;
        return flow.IsOfTraining || flow.AsksForTraining()
            || flow.Knows(TensorFactKind.Trained) || (local is not null && flow.Knows(TensorFactKind.Used));
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
        flow.Report(s_rule, place, weight.Origin?.ToString() ?? "the weight", what);
}
