using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Functions inside a body: lambdas, local functions, and methods that are handed over.</content>
internal sealed partial class ValueFlow
{
    /// <summary>
    /// A delegate: by itself it stands for what it returns when nothing is known about its arguments; where it is called with
    /// something that is known, it is run again.
    /// </summary>
    private Value Function(IDelegateCreationOperation creation)
    {
        Value plain = Evaluate(creation.Target);
        bool takesTensors = creation.Type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke }
            && invoke.Parameters.Any(parameter => !TensorTypes.IsScalar(parameter.Type));
        return takesTensors && creation.Target is IFlowAnonymousFunctionOperation or IMethodReferenceOperation
            ? plain.Callable(new FunctionValue(creation.Syntax, (arguments, call) => RunOnce(creation, arguments, call)))
            : plain;
    }

    /// <summary>Runs a delegate, unless it is being run already.</summary>
    private Value RunOnce(IDelegateCreationOperation creation, ImmutableArray<Value> arguments, IOperation call)
    {
        if (!_running.Add(creation.Syntax))
            return Value.Other;
        Value result = creation.Target is IMethodReferenceOperation method
            ? RunReferenced(method, arguments, call)
            : RunLambda((IFlowAnonymousFunctionOperation)creation.Target, arguments);
        _running.Remove(creation.Syntax);
        return result;
    }

    /// <summary>Runs a function that is handed over to be called with an element of a collection, whichever of its parameters takes that.</summary>
    private Value RunFunction(IOperation function, Value element) => function switch
    {
        IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda } =>
            RunLambda(lambda, [.. Enumerable.Repeat(element, lambda.Symbol.Parameters.Length)]),
        IDelegateCreationOperation { Target: IMethodReferenceOperation method } =>
            RunReferenced(method, [.. Enumerable.Repeat(element, method.Method.Parameters.Length)]),
        _ => Evaluate(function),
    };

    private Value RunLambda(IFlowAnonymousFunctionOperation lambda, ImmutableArray<Value> arguments)
    {
        ControlFlowGraph graph;
        try
        {
            graph = _graph.GetAnonymousFunctionControlFlowGraphInScope(lambda, _cancellation);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Value.Other;
        }

        ValueState state = _state;
        for (int i = 0; i < lambda.Symbol.Parameters.Length; i++)
            state = state.With(lambda.Symbol.Parameters[i], i < arguments.Length ? arguments[i] : Value.Other);
        return RunNested(graph, state);
    }

    private Value RunReferenced(IMethodReferenceOperation reference, ImmutableArray<Value> arguments, IOperation? call = null)
    {
        IMethodSymbol method = reference.Method;
        Value receiver = Evaluate(reference.Instance);
        IOperation place = call?.Syntax.FirstAncestorOrSelf<MemberDeclarationSyntax>() == reference.Syntax.FirstAncestorOrSelf<MemberDeclarationSyntax>()
            ? call!
            : reference;
        if (arguments.Length == 2 && MatrixProduct.IsNamedProduct(method.Name) && method.Parameters.All(parameter => Types.IsMatrix(parameter.Type)))
            return Multiply(place, arguments[0], method.Name is "linear" ? arguments[1].Transposed() : arguments[1]);
        if (method.MethodKind == MethodKind.LocalFunction)
            return RunLocalFunction(method, arguments).Returned;
        if (TensorTypes.Is(method.ContainingType, Types.FrozenWeight) && method.Name is "ToTensor" or "ToArray")
            return (arguments.Length > 0 ? arguments[0] : receiver).AsCopy();
        if (_analysis.Call(method, arguments, receiver, _stack, IsOnTrainingPath, _cancellation) is not { } result)
            return Value.Other;
        Repeat(result.Findings, place.Syntax);
        _extent.Add(result.Extent);
        return FormedAt(result.Returned, reference);
    }

    /// <summary>Runs a local function: what it returns, and what is known at its end.</summary>
    private (Value Returned, ValueState Exit) RunLocalFunction(IMethodSymbol method, ImmutableArray<Value> arguments)
    {
        method = method.OriginalDefinition;
        if (Bodies.OfLocalFunction(method, _graph, _cancellation) is not { } graph || _stack.Enter(method) is null)
            return (Value.Other, ValueState.Empty);
        ValueState state = _state;
        for (int i = 0; i < method.Parameters.Length; i++)
            state = state.With(method.Parameters[i], i < arguments.Length ? arguments[i] : Value.Other);
        return Nested(graph, state, method);
    }

    private Value RunNested(ControlFlowGraph graph, ValueState state) => Nested(graph, state, function: null).Returned;

    /// <summary>Runs a function inside this body: it sees this body's variables, and may change them.</summary>
    private (Value Returned, ValueState Exit) Nested(ControlFlowGraph graph, ValueState state, IMethodSymbol? function)
    {
        CallStack stack = function is null ? _stack : _stack.Enter(function) ?? _stack;
        BodyResult result = new ValueFlow(_analysis, _rules, graph, function ?? Symbol, stack, IsOnTrainingPath, _cancellation) { IsNested = true }.Run(state);
        _extent.Add(result.Extent);
        _stores.AddRange(result.Stores);
        _state = _state.JoinKnown(result.Exit);
        if (IsAtFixedPoint)
            _findings.UnionWith(result.Findings);
        return (result.Returned, result.Exit);
    }

    /// <summary>Whether the body is that of a lambda or local function, whose result its surroundings use.</summary>
    public bool IsNested { get; private init; }
}
