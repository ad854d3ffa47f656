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
                return StorageOf(creation.Arguments) is { Kind: not HeldKind.Marked } storage ? storage
                    : analysis.Types.Known.IsModule(creation.Type) ? analysis.OfType(creation.Type!)
                    : OfFunctions(creation.Arguments);
            case ICollectionExpressionOperation collection:
                return JoinOf(collection.Elements);
            case IArrayCreationOperation { Initializer: { } initializer }:
                return JoinOf(initializer.ElementValues);
            case IArrayElementReferenceOperation element:
                return Of(element.ArrayReference);
            default:
                return null;
        }
    }

    private Held? JoinOf(ImmutableArray<IOperation> elements)
    {
        Held? joined = elements.Length == 0 ? null : OfOrType(elements[0]);
        foreach (IOperation element in elements)
            joined = Held.Join(joined, OfOrType(element));
        return joined;
    }

    private Held? OfMember(IMemberReferenceOperation reference)
    {
        ISymbol member = reference.Member;
        if (reference.Instance is null or IInstanceReferenceOperation)
            return _state[HeldAnalysis.StoreOf(member)] ?? analysis.OfMember(member, depth, cancellation);
        bool isEvery = member.Name == "LinearLayers" && analysis.Types.IsOfToolkit(member) || member.Name == "Layers" && analysis.Types.IsOfAdapter(member);
        if (isEvery || (member.Name == "Adapter" && analysis.Types.IsOfModel(member)) || analysis.Types.IsTrainer(member.ContainingType))
            return OfOrType(reference.Instance);
        Held? owner = Of(reference.Instance);
        bool isHanded = member is IPropertySymbol { IsIndexer: true }
            || (member.Name is "Current" or "Value" or "Result" && member.DeclaringSyntaxReferences.Length == 0);
        return owner is { Kind: HeldKind.Dense or HeldKind.Unknown } || isHanded ? owner
            : member.ContainingType is { } type && !analysis.Types.Known.IsModule(type) ? analysis.OfMember(member, depth, cancellation)
            : null;
    }

    private Held? OfCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (StorageOf(call.Arguments) is { } storage)
            return storage.Kind != HeldKind.Marked ? storage : analysis.Types.Known.IsModule(call.Type) ? analysis.OfType(call.Type!) : null;
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            _called.Add(method.OriginalDefinition);
            return Bodies.OfLocalFunction(method.OriginalDefinition, graph, cancellation) is { } function
                ? RunNested(function, Given(call, _state))?.Returned
                : null;
        }

        IOperation? subject = call.Instance ?? call.Arguments.FirstOrDefault()?.Value;
        if (method.Name is "GetEnumerator" or "GetAsyncEnumerator" or "ConfigureAwait")
            return Of(subject);
        if (method.ContainingType is { Name: "Enumerable" } && method.Name is not ("Select" or "SelectMany" or "Range"))
        {
            Held? elements = Of(subject);
            bool chooses = elements is { Kind: HeldKind.Marked } && method.Name is "Where" or "OfType" or "Cast" or "Skip" or "Take" or "First"
                or "Single" or "FirstOrDefault" or "SingleOrDefault" or "Last" or "LastOrDefault" or "ElementAt" or "SkipWhile" or "TakeWhile";
            return chooses ? method.Name is "OfType" or "Cast" ? null : Held.Unknown : elements;
        }

        if (analysis.MayTell(method))
            return analysis.Run(method, Given(call, HeldState.Empty), depth, cancellation)?.Returned;
        return OfFunctions(call.Arguments);
    }

    /// <summary>What the functions that a call is given return, as those that load a model.</summary>
    private Held? OfFunctions(ImmutableArray<IArgumentOperation> arguments)
    {
        Held? joined = null;
        foreach (IArgumentOperation argument in arguments)
        {
            Held? returned = Expression.Unconverted(argument.Value) switch
            {
                IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation function } =>
                    RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), _state)?.Returned,
                IDelegateCreationOperation { Target: IMethodReferenceOperation { Method: var method } } when analysis.MayTell(method) =>
                    analysis.Run(method, HeldState.Empty, depth, cancellation)?.Returned,
                _ => null,
            };
            joined = joined is null ? returned : Held.Join(joined, returned);
        }

        return joined;
    }

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
        if (arguments.Any(argument => analysis.IsLoadOptions(argument.Parameter?.Type)))
            return Held.Unknown;
        if (arguments.FirstOrDefault(argument => analysis.IsStorage(argument.Parameter?.Type)) is not { } storage)
            return null;
        return Of(storage.Value) is { Kind: HeldKind.Constant, Constant: int given } ? given == analysis.DenseStorage ? Held.Dense : Held.In(0) : Held.Unknown;
    }
}
