using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Calls of collections, spans, LINQ and the like, which keep what they are given.</content>
internal sealed partial class ValueFlow
{
    /// <summary>Collections, spans, LINQ and the like keep what they are given.</summary>
    private Value SystemCall(IInvocationOperation call, Value receiver, out ImmutableArray<Value> given)
    {
        IMethodSymbol method = call.TargetMethod;
        Value[] values = [.. Enumerable.Repeat(Value.Other, method.Parameters.Length)];
        Value elements = receiver;
        List<IOperation> functions = [];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            IOperation value = argument.Value;
            while (value is IConversionOperation conversion)
                value = conversion.Operand;
            if (value is IDelegateCreationOperation)
            {
                functions.Add(value);
                continue;
            }

            if (argument.Parameter?.RefKind == RefKind.Out)
                continue;
            Value evaluated = Evaluate(argument.Value);
            if (evaluated.Kind == ValueKind.Weight && !(argument.Parameter?.Type is INamedTypeSymbol { Name: "IEnumerable" }))
                evaluated = evaluated.From(argument.Value.Syntax);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = evaluated;
            if (!TensorTypes.IsScalar(argument.Value.Type))
                elements = Value.Join(elements, evaluated);
        }

        given = [.. values];
        ExcuseTogether(given);
        Value produced = Value.Other;
        foreach (IOperation function in functions)
            produced = Value.Join(produced, RunFunction(function, elements));
        Outputs(call, receiver);
        ForgetTerms(call);
        return SystemResult(call, receiver, given, elements, produced, functions.Count > 0);
    }

    private Value SystemResult(IInvocationOperation call, Value receiver, ImmutableArray<Value> given, Value elements, Value produced, bool hasFunction)
    {
        string name = call.TargetMethod.Name;
        switch (name)
        {
            case "Select" or "SelectMany" or "ConvertAll" or "Zip" or "Aggregate" or "ToDictionary" or "ContinueWith":
                if (call.Arguments.Any(argument => IsRandom(argument.Value)) && produced.Kind == ValueKind.Other)
                    return Value.Of(ValueKind.Noise);
                return hasFunction ? produced : elements;
            case "Repeat" when call.Arguments.Length == 2 && call.TargetMethod.ContainingType.Name == "Enumerable" && call.Arguments[0].Value.ConstantValue.HasValue:
                return Value.Of(IsZero(call.Arguments[0].Value) ? ValueKind.Zeros : ValueKind.Noise);
            case "Fill" when call.Arguments.Length > 0:
                FillWith(call);
                return Value.Other;
            case "CopyTo" or "TryCopyTo":
                Replace(call.Arguments[call.Instance is null ? 1 : 0].Value, (call.Instance is null ? given[0] : receiver).AsCopy());
                return Value.Other;
            case "ToArray" or "ToList" or "Clone":
                return elements.Kind is ValueKind.Weight ? elements.AsCopy() : elements;
            case "GetOrAdd" or "AddOrUpdate" or "GetOrCreate" or "GetValue":
                // W + BA that is kept was not formed for one product.
                Value added = Value.Join(elements, produced) is { Kind: not ValueKind.Merged } kept ? kept : Value.Other;
                if (call.Instance is { } cache)
                    Add(cache, added);
                return added;
            case "Equals" or "SequenceEqual" or "Contains" or "GetHashCode" or "ToString":
                return Value.Other;
        }

        bool isMutator = call.Instance is not null && (call.TargetMethod.ReturnsVoid || TensorTypes.IsScalar(call.Type));
        if (isMutator)
        {
            Add(call.Instance!, Value.Join(elements, produced));
            return Value.Other;
        }

        bool isRandom = call.TargetMethod.ContainingType?.Name == "Random" && name is "NextBytes" or "GetItems";
        return isRandom ? Value.Of(ValueKind.Noise) : hasFunction && !SystemKeepsElements(call) ? Value.Join(elements, produced) : elements;
    }

    /// <summary>Whether a function that a method is given only chooses or orders.</summary>
    private static bool SystemKeepsElements(IInvocationOperation call) =>
        call.TargetMethod.Name is "Where" or "OrderBy" or "OrderByDescending" or "First" or "FirstOrDefault" or "Single" or "SingleOrDefault" or "Last" or "LastOrDefault" or "TakeWhile" or "SkipWhile";

    private void FillWith(IInvocationOperation call)
    {
        IOperation target = call.Instance ?? call.Arguments[0].Value;
        IOperation number = call.Arguments[call.Instance is null && call.Arguments.Length > 1 ? 1 : 0].Value;
        Value before = Evaluate(target);
        Show(rule => rule.OnWrite(this, call, before));
        if (before.Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise)
            Replace(target, Value.Of(IsZero(number) ? ValueKind.Zeros : number.ConstantValue.HasValue ? ValueKind.Noise : ValueKind.Other));
    }

    /// <summary>The adapter's term that a method may write to, through a span, can have got W's term added.</summary>
    private void ForgetTerms(IInvocationOperation call)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter?.Type is INamedTypeSymbol { Name: "Span" or "Memory" } && Evaluate(argument.Value).Kind == ValueKind.AdapterTerm)
                Replace(argument.Value, Value.Other);
        }
    }

    private void Outputs(IInvocationOperation call, Value value)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter?.RefKind == RefKind.Out)
                Assign(argument.Value, value);
        }
    }
}
