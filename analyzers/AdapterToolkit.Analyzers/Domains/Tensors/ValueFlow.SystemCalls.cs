using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Calls of collections, spans, LINQ and the like, which keep what they are given.</content>
internal sealed partial class ValueFlow
{
    /// <summary>How often a fold is run: often enough for x to become Ax, and that B(Ax).</summary>
    private const int Folds = 3;

    /// <summary>Collections, spans, LINQ and the like keep what they are given.</summary>
    private Value SystemCall(IInvocationOperation call, Value receiver, out ImmutableArray<Value> given)
    {
        IMethodSymbol method = call.TargetMethod;
        Value[] values = [.. Enumerable.Repeat(Value.Other, method.Parameters.Length)];
        bool keepsPlaces = KeepsPlaces(method);
        receiver = keepsPlaces ? receiver : receiver.WithoutElements();
        Value elements = receiver;
        List<IOperation> functions = [];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            IOperation value = Expression.Unconverted(argument.Value);
            if (value is IDelegateCreationOperation || (argument.Parameter?.Type.TypeKind == TypeKind.Delegate && !Evaluate(value).Functions.IsEmpty))
            {
                functions.Add(value);
                continue;
            }

            if (argument.Parameter?.RefKind == RefKind.Out)
                continue;
            Value evaluated = keepsPlaces ? Evaluate(argument.Value) : Evaluate(argument.Value).WithoutElements();
            if (evaluated.Kind == ValueKind.Weight && !(argument.Parameter?.Type is INamedTypeSymbol { Name: "IEnumerable" }))
                evaluated = evaluated.From(argument.Value.Syntax);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = evaluated;
            if (!TensorTypes.IsScalar(argument.Value.Type))
                elements = Value.Combine(elements, evaluated);
        }

        given = [.. values];
        ExcuseTogether(given);
        Value produced = Value.Other;
        foreach (IOperation function in functions)
            produced = Value.Combine(produced, RunFunction(function, elements));
        Value? taken = Taken(call, elements);
        Outputs(call, taken ?? receiver);
        ForgetTerms(call);
        if (taken is not null && !TensorTypes.IsScalar(call.Type))
            return taken;
        Value result = SystemResult(call, receiver, given, elements, produced, functions.Count > 0);
        if (!SystemFills(call))
            Written(call);
        return result;
    }

    private Value SystemResult(IInvocationOperation call, Value receiver, ImmutableArray<Value> given, Value elements, Value produced, bool hasFunction)
    {
        string name = call.TargetMethod.Name;
        switch (name)
        {
            case "Aggregate" when hasFunction:
                return Aggregated(call);
            case "SelectMany" when GivenAs(call, "resultSelector") is { } pairing && GivenAs(call, "collectionSelector") is { } inner:
                return RunHanded(pairing, [elements, RunHanded(inner, [elements])]);
            case "Zip" when GivenAs(call, "third") is null && GivenAs(call, "first") is { } first && GivenAs(call, "second") is { } second:
                return GivenAs(call, "resultSelector") is { } selector
                    ? RunHanded(selector, [Evaluate(first), Evaluate(second)])
                    : Value.Object(ImmutableDictionary<string, Value>.Empty.Add("item1", Evaluate(first)).Add("item2", Evaluate(second)));
            case "Select" or "SelectMany" or "ConvertAll" or "Zip" or "Aggregate" or "ToDictionary" or "ContinueWith":
                if (call.Arguments.Any(argument => IsRandom(argument.Value) || IsRandomFunction(argument.Value)) && produced.Kind == ValueKind.Other)
                    return Value.Of(ValueKind.Noise);
                return hasFunction ? produced : elements;
            case "Repeat" when call.Arguments.Length == 2 && call.TargetMethod.ContainingType.Name == "Enumerable"
                && call.Arguments[0].Value.ConstantValue.HasValue:
                return Value.Of(IsZero(call.Arguments[0].Value) ? ValueKind.Zeros : ValueKind.Noise);
            case "Where" or "Except" or "ExceptBy" or "Remove" or "RemoveAll" or "RemoveAt" or "RemoveRange":
            case "Skip" or "SkipLast" or "SkipWhile" or "Take" or "TakeLast" or "TakeWhile" or "GetRange"
                when !call.Arguments.Any(count => IsZero(count.Value)):
                if (call.Instance is { } filtered && name.StartsWith("Remove", StringComparison.Ordinal))
                    Replace(filtered, receiver.Chosen());
                bool areParameters = elements.Kind == ValueKind.Weight
                    && call.Type is INamedTypeSymbol { TypeArguments: [var element] } && Types.IsTorchTensor(element);
                return areParameters ? Value.Other : elements.Chosen();
            case "Clear" when call.Instance is { Type: { } cleared } && cleared.Name == "Span":
                FillWith(call, isZero: true, isKnown: true);
                return Value.Other;
            case "Clear" when call.TargetMethod.ContainingType.Name == "Array":
                FillWith(call, isZero: true, isKnown: call.Arguments.Length == 1);
                return Value.Other;
            case "Empty" when call.TargetMethod.ContainingType.Name == "Array":
            case "AllocateArray" when call.TargetMethod.ContainingType.Name == "GC":
                return Value.Of(ValueKind.Zeros);
            case "Fill" when call.Arguments.Length > 0:
                IOperation filling = call.Arguments[call.Instance is null && call.Arguments.Length > 1 ? 1 : 0].Value;
                FillWith(call, IsZero(filling), filling.ConstantValue.HasValue);
                return Value.Other;
            case "CopyTo" or "TryCopyTo":
                Replace(call.Arguments[call.Instance is null ? 1 : 0].Value, (call.Instance is null ? given[0] : receiver).AsCopy());
                return Value.Other;
            case "ToArray" or "ToList" or "Clone":
                return elements.Kind is ValueKind.Weight ? elements.AsCopy() : elements;
            case "GetOrAdd" or "AddOrUpdate" or "GetOrCreate" or "GetValue":
                // W + BA that is kept was not formed for one product.
                Value added = Value.Combine(elements, produced) is { Kind: not ValueKind.Merged } kept ? kept : Value.Other;
                if (call.Instance is { } cache)
                    Add(cache, added);
                return added;
            case "Dispose" or "DisposeAsync" or "Equals" or "SequenceEqual" or "Contains" or "GetHashCode" or "ToString":
                return Value.Other;
        }

        if (name == "Add" && call is { Instance: { } numbers, Arguments: [{ Value: var number }] } && TensorTypes.IsScalar(number.Type)
            && Types.IsMatrix(Resolve(numbers).Type))
        {
            WriteElement(call, numbers, number, Elements(number), operatorKind: null);
            return Value.Other;
        }

        bool isMutator = call.Instance is not null && (call.TargetMethod.ReturnsVoid || TensorTypes.IsScalar(call.Type));
        if (isMutator)
        {
            Add(call.Instance!, Value.Combine(elements, produced));
            return Value.Other;
        }

        bool isRandom = call.TargetMethod.ContainingType?.Name == "Random" && name is "NextBytes" or "GetItems";
        return isRandom ? Value.Of(ValueKind.Noise) : hasFunction && !SystemKeepsElements(call) ? Value.Combine(elements, produced) : elements;
    }

    /// <summary>What a parameter is given; null where there is none of this name.</summary>
    private static IOperation? GivenAs(IInvocationOperation call, string parameter) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == parameter)?.Value;

    /// <summary>A fold: from the seed, or the first element, on, the function is given what it returned before, and one more element.</summary>
    private Value Aggregated(IInvocationOperation call)
    {
        if (GivenAs(call, "source") is not { } source || GivenAs(call, "func") is not { } function)
            return Value.Other;
        Value? start = GivenAs(call, "seed") is { } seed ? Evaluate(seed) : null;
        Value folded;
        if (Listed(source) is { Length: > 0 } listed)
        {
            folded = (start is null ? listed.Skip(1) : listed).Aggregate(
                start ?? Evaluate(listed[0]), (before, element) => RunHanded(function, [before, Evaluate(element)]));
        }
        else
        {
            Value element = Evaluate(source);
            folded = start ?? element;
            for (int i = 0; i < Folds; i++)
                folded = Value.Join(folded, RunHanded(function, [folded, element]));
        }

        return GivenAs(call, "resultSelector") is { } selector ? RunHanded(selector, [folded]) : folded;
    }

    /// <summary>The elements of a collection that is written out where it is used; none where it is another one.</summary>
    private ImmutableArray<IOperation> Listed(IOperation collection) => Resolve(collection) switch
    {
        IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
        ICollectionExpressionOperation { Elements: var elements } when !elements.Any(element => element is ISpreadOperation) => elements,
        _ => [],
    };

    /// <summary>Whether a function draws random numbers.</summary>
    private bool IsRandomFunction(IOperation function) =>
        Resolve(function) is IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda }
            && _analysis.OperationOf(lambda.Syntax, _cancellation) is { } body && IsRandom(body);

    /// <summary>Whether a function that a method is given only chooses or orders.</summary>
    private static bool SystemKeepsElements(IInvocationOperation call) =>
        call.TargetMethod.Name is "Where" or "OrderBy" or "OrderByDescending" or "First" or "FirstOrDefault"
            or "Single" or "SingleOrDefault" or "Last" or "LastOrDefault" or "TakeWhile" or "SkipWhile";

    private void FillWith(IInvocationOperation call, bool isZero, bool isKnown)
    {
        IOperation target = call.Instance ?? call.Arguments[0].Value;
        Value before = Evaluate(target);
        Show(rule => rule.OnWrite(this, call, before));
        if (before.Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise)
            Replace(target, Value.Of(isZero && isKnown ? ValueKind.Zeros : isKnown ? ValueKind.Noise : ValueKind.Other));
    }

    /// <summary>Whether what a method of the system does to the numbers that it is given is known.</summary>
    private static bool SystemFills(IInvocationOperation call) => call.TargetMethod.Name is "Fill" or "Clear" or "CopyTo" or "TryCopyTo";

    /// <summary>Numbers that a method may write are known no more.</summary>
    private void Written(IInvocationOperation call)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter?.Type is { } type && (type is IArrayTypeSymbol || type.Name is "Span" or "Memory" or "Array")
                && Evaluate(argument.Value).IsFilled && SourceOf(argument.Value) is { } source)
                Replace(source, Value.Other);
        }
    }

    /// <summary>The variable behind a view of numbers; null where there is none.</summary>
    private IOperation? SourceOf(IOperation view)
    {
        while (true)
        {
            switch (Resolve(view))
            {
                case IInvocationOperation { Instance: null, Arguments: [{ Value: var viewed }, ..] } call
                    when TensorTypes.IsInNamespace(call.TargetMethod.ContainingType, "System") && Types.IsMatrix(Resolve(viewed).Type):
                    view = viewed;
                    break;
                case IInvocationOperation { Instance: { } viewed, TargetMethod.Name: "Slice" or "AsSpan" or "AsMemory" }:
                    view = viewed;
                    break;
                case IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Span" }, Instance: { } memory }:
                    view = memory;
                    break;
                case ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation:
                    return Resolve(view);
                default:
                    return null;
            }
        }
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
