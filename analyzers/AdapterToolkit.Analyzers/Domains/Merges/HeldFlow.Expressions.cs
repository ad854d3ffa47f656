using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>What expressions give.</content>
internal sealed partial class HeldFlow
{
    private Held? OfOrType(IOperation operation) => Of(operation) ?? (TypeOf(operation) is { } type ? analysis.OfType(type) : null);

    /// <summary>The type of an object, as narrow as the expression tells.</summary>
    private ITypeSymbol? TypeOf(IOperation operation) =>
        Expression.Unconverted(operation) is IInstanceReferenceOperation ? around : Expression.Unconverted(operation).Type;

    /// <summary>How the weights of what an expression gives are held; null for what its type says.</summary>
    private Held? Of(IOperation? operation)
    {
        if (operation is { ConstantValue: { HasValue: true, Value: int constant } })
            return new Held(HeldKind.Constant, constant);
        switch (operation)
        {
            case IConversionOperation conversion:
                return Of(conversion.Operand);
            case IAwaitOperation wait:
                return Of(wait.Operation);
            case IFlowCaptureReferenceOperation reference:
                return _state[reference.Id];
            case ILocalReferenceOperation local:
                return _state[local.Local];
            case IParameterReferenceOperation parameter:
                return _state[parameter.Parameter] ?? analysis.OfParameter(parameter.Parameter, depth, cancellation);
            case IMemberReferenceOperation member and (IFieldReferenceOperation or IPropertyReferenceOperation):
                return OfMember(member);
            case IInvocationOperation call:
                return OfCall(call);
            case IObjectCreationOperation creation:
                if (analysis.Types.IsTrainer(creation.Type) && creation.Arguments.Length > 0)
                    return OfOrType(creation.Arguments[0].Value);
                if (analysis.IsLoadOptions(creation.Type))
                    return new Held(HeldKind.Constant, HeldAnalysis.StorageAsMarked);
                return StorageOf(creation.Arguments) is { Kind: not HeldKind.Marked } storage ? storage
                    : analysis.Types.Known.IsModule(creation.Type) ? analysis.OfType(creation.Type!)
                    : creation.Constructor is { } constructor && SystemCalls.IsOfSystem(constructor)
                        && creation.Arguments.Select(argument => argument.Value).Where(MayHoldWeights).ToArray() is { Length: > 0 } given ? JoinOf(given)
                    : OfFunctions(creation.Arguments, null);
            case ICollectionExpressionOperation collection:
                return JoinOf(collection.Elements);
            case IArrayCreationOperation { Initializer: { } initializer }:
                return JoinOf(initializer.ElementValues);
            case ISpreadOperation spread:
                return OfOrType(spread.Operand);
            case IArrayElementReferenceOperation element:
                return Of(element.ArrayReference);
            case IImplicitIndexerReferenceOperation element:
                return Of(element.Instance);
            case ITranslatedQueryOperation query:
                return Of(query.Operation);
            case ITupleOperation tuple:
                return JoinOf(tuple.Elements.Where(MayHoldWeights));
            case IAnonymousObjectCreationOperation created:
                return JoinOf(created.Initializers.OfType<ISimpleAssignmentOperation>().Select(member => member.Value).Where(MayHoldWeights));
            default:
                return null;
        }
    }

    private Held? JoinOf(IEnumerable<IOperation> elements)
    {
        Held?[] held = [.. elements.Select(OfOrType)];
        return held.Length == 0 ? null : held.Aggregate(Held.Join);
    }

    private bool MayHoldWeights(IOperation operation) => analysis.MayHoldWeights(Expression.Unconverted(operation).Type);

    private Held? OfMember(IMemberReferenceOperation reference)
    {
        ISymbol member = reference.Member;
        if (reference.Instance is null or IInstanceReferenceOperation)
            return _state[HeldAnalysis.StoreOf(member)] ?? analysis.OfMember(member, depth, cancellation);
        if (analysis.Types.UseOf(member) is AdapterUse.Layers or AdapterUse.AdaptedLayers or AdapterUse.Adapter
            || analysis.Types.IsTrainer(member.ContainingType))
            return OfOrType(reference.Instance);
        Held? owner = Of(reference.Instance);
        bool isHanded = member is IPropertySymbol { IsIndexer: true } || member.ContainingType is { IsTupleType: true } or { IsAnonymousType: true }
            || (member.Name is "Current" or "Key" or "Keys" or "Value" or "Values" or "Result" && SystemCalls.IsOfSystem(member));
        return owner is { Kind: HeldKind.Dense or HeldKind.Unknown } || isHanded ? owner
            : member.ContainingType is { } type && !analysis.Types.Known.IsModule(type) ? analysis.OfMember(member, depth, cancellation)
            : null;
    }

    private Held? OfCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (StorageOf(call.Arguments) is { } storage)
            return storage.Kind != HeldKind.Marked ? storage
                : OfProjection(call) ?? (analysis.Types.Known.IsModule(call.Type) ? analysis.OfType(call.Type!) : null);
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            _called.Add(method.OriginalDefinition);
            return Bodies.OfLocalFunction(method.OriginalDefinition, graph, cancellation) is { } function
                ? RunNested(function, Given(call, _state))?.Returned
                : null;
        }

        if (SystemCalls.IsOfSystem(method))
            return OfSystemCall(call);
        if (!analysis.MayTell(method))
            return OfProjection(call) ?? OfFunctions(call.Arguments, null);
        Held? returned = analysis.Run(method, Given(call, HeldState.Empty), depth, cancellation)?.Returned;
        return returned is { Kind: HeldKind.OfParameter, Constant: ITypeParameterSymbol parameter } ? OfArgument(method, parameter) : returned;
    }

    /// <summary>
    /// How the layers are held of a model that a call of another assembly loads, where they are of the class that it is given as a type argument; null for any
    /// other call.
    /// </summary>
    private Held? OfProjection(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        return method.DeclaringSyntaxReferences.IsEmpty && method.TypeArguments is [var projection] && analysis.Types.IsLayer(projection)
            && Expression.Unconverted(call).Type is { } loaded && analysis.MayHoldWeights(loaded) ? OfClass(projection) : null;
    }

    private Held? OfClass(ITypeSymbol type) => type is ITypeParameterSymbol parameter ? Held.Of(parameter) : analysis.OfType(type);

    /// <summary>How the layers of the class are held that a call gives a type parameter: of its method, or of the method's class.</summary>
    private Held? OfArgument(IMethodSymbol method, ITypeParameterSymbol parameter)
    {
        ImmutableArray<ITypeSymbol> arguments = parameter.DeclaringMethod is null ? method.ContainingType.TypeArguments : method.TypeArguments;
        return parameter.Ordinal < arguments.Length ? OfClass(arguments[parameter.Ordinal]) : null;
    }

    /// <summary>What a call of the system's libraries gives: what it is given, a part of it, or what its functions make of it.</summary>
    private Held? OfSystemCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!analysis.MayHoldWeights(method.ReturnType) && method.Name != "GetEnumerator")
            return null;
        if (SystemCalls.ProjectsElements(method))
            return OfFunctions(call.Arguments, OfElements(call));
        List<IOperation> sources = [.. call.Arguments.Select(argument => argument.Value).Where(MayHoldWeights)];
        if (call.Instance is { } instance && MayHoldWeights(instance))
            sources.Add(instance);
        if (sources.Count == 0)
            return OfFunctions(call.Arguments, null);
        Held? held = sources.Select(Of).Aggregate(Held.Join);
        if (held is not { Kind: HeldKind.Marked })
            return held;
        if (method is { Name: "Cast" or "OfType", TypeArguments: [var type] })
            return !analysis.Types.Known.IsToolkitBase(type) ? null : method.Name == "OfType" ? held.OfSome : held;
        bool isPart = SystemCalls.ChoosesElements(method) || SystemCalls.ChoosesElement(method) || analysis.Types.Known.IsModule(method.ReturnType);
        return isPart ? held.OfSome : held;
    }

    /// <summary>What the functions that a call is given return, as those that load a model.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="elements">How what the functions are given is held; null for what their types say.</param>
    private Held? OfFunctions(ImmutableArray<IArgumentOperation> arguments, Held? elements)
    {
        Held? joined = null;
        foreach (IArgumentOperation argument in arguments)
        {
            Held? returned = Expression.Unconverted(argument.Value) switch
            {
                IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation function } =>
                    RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), Given(function.Symbol, elements))?.Returned,
                IDelegateCreationOperation { Target: IMethodReferenceOperation { Method: var method } } when analysis.MayTell(method) =>
                    analysis.Run(method, HeldState.Empty, depth, cancellation)?.Returned,
                _ => null,
            };
            joined = joined is null ? returned : Held.Join(joined, returned);
        }

        return joined;
    }

    private HeldState Given(IMethodSymbol function, Held? elements) =>
        elements is null || function.Parameters.IsEmpty ? _state : _state.With(function.Parameters[0], elements);

    /// <summary>How the elements are held that a method runs a function for; null for what their type says.</summary>
    private Held? OfElements(IInvocationOperation call) =>
        (Receiver.Of(call) ?? call.Arguments.FirstOrDefault()?.Value) is { } collection ? Of(collection) : null;

    private HeldState Given(IInvocationOperation call, HeldState state)
    {
        IMethodSymbol method = (call.TargetMethod.ReducedFrom ?? call.TargetMethod).OriginalDefinition;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < method.Parameters.Length)
                state = state.With(method.Parameters[parameter.Ordinal], Of(argument.Value));
        }

        return state;
    }

    /// <summary>How a call says that weights are to be held; null where it says nothing.</summary>
    private Held? StorageOf(IInvocationOperation call) => analysis.Types.Known.IsModule(Receiver.Of(call)?.Type) ? StorageOf(call.Arguments) : null;

    private Held? StorageOf(ImmutableArray<IArgumentOperation> arguments)
    {
        if (arguments.FirstOrDefault(argument => analysis.IsLoadOptions(argument.Parameter?.Type)) is { } options)
            return options.Value.ConstantValue is { HasValue: true, Value: null } ? Held.In(0) : As(options);
        return arguments.FirstOrDefault(argument => analysis.IsStorage(argument.Parameter?.Type)) is { } storage ? As(storage) : null;

        Held As(IArgumentOperation storage) =>
            Of(storage.Value) is { Kind: HeldKind.Constant, Constant: int given } ? given == analysis.DenseStorage ? Held.Dense : Held.In(0) : Held.Unknown;
    }
}
