using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>
/// ADT0106: factors start where they should not: both zero, so that neither has a gradient, or B not zero beside an A that is
/// not zero either, so that the untrained adapter changes the base model.
/// </summary>
internal sealed class FactorStartRule : TensorRule
{
    /// <inheritdoc/>
    public override void OnCreation(ValueFlow flow, IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        if (!TensorTypes.Is(creation.Type, flow.Types.Factors) || creation.Constructor is not { } constructor)
            return;
        Value a = Argument(constructor, arguments, "a"), b = Argument(constructor, arguments, "b");
        if (a.Kind == ValueKind.Zeros && b.Kind == ValueKind.Zeros)
            flow.Report(Rules.FactorStart, creation.Syntax, BothZero);
        else if (b.Kind == ValueKind.Noise && a.Kind != ValueKind.Zeros)
            flow.Report(Rules.FactorStart, creation.Syntax, NotZero);
    }

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        string name = call.TargetMethod.Name;
        bool fillsB = name == "FillGaussian" && arguments.Length > 0 && arguments[0] is { Kind: ValueKind.FactorB, IsStorage: true, Pair: null };
        bool copiesIntoB = name == "CopyFrom" && receiver is { Kind: ValueKind.FactorB, Pair: null } && arguments is [{ Kind: ValueKind.Noise }];
        if (fillsB || copiesIntoB)
        {
            flow.Report(Rules.FactorStart, call.Syntax, NotZero);
        }
        else if (receiver is { IsFactor: true, IsStorage: true, Pair: null } && (name == "Clear" || (name == "CopyFrom" && arguments is [{ Kind: ValueKind.Zeros }])) && PathOf(call.Instance) is { } path)
        {
            string other = receiver.Kind == ValueKind.FactorA ? "cleared b:" : "cleared a:";
            if (flow.Knows(other + path))
                flow.Report(Rules.FactorStart, call.Syntax, BothZero);
            flow.Note((receiver.Kind == ValueKind.FactorA ? "cleared a:" : "cleared b:") + path);
        }
    }

    private const string BothZero = "Both factors start at zero, so that neither has a gradient and the adapter never trains";

    private const string NotZero = "B does not start at zero, so that the untrained adapter changes what the base model computes";

    private static Value Argument(IMethodSymbol constructor, ImmutableArray<Value> arguments, string name)
    {
        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            if (parameter.Name == name && parameter.Ordinal < arguments.Length)
                return arguments[parameter.Ordinal];
        }

        return Value.Other;
    }

    /// <summary>The expression of the factors, from <c>factors.B.Value</c>.</summary>
    private static string? PathOf(IOperation? operation)
    {
        while (operation is IPropertyReferenceOperation { Property.Name: "Value" or "Span", Instance: { } instance })
            operation = instance;
        return operation is IPropertyReferenceOperation { Property.Name: "A" or "B", Instance: { } factors } ? factors.Syntax.ToString() : null;
    }
}
