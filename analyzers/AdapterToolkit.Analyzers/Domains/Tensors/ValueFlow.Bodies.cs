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
    /// A delegate: by itself it stands for what it returns when nothing is known about its arguments; where it is called, it is run again.
    /// </summary>
    private Value Function(IDelegateCreationOperation creation)
    {
        Value plain = Evaluate(creation.Target);
        return creation.Target switch
        {
            IFlowAnonymousFunctionOperation { Symbol: var symbol } when !Types.MayHandle(symbol) => plain,
            IMethodReferenceOperation { Method: var method } when !Types.MayHandle(method) => plain,
            IFlowAnonymousFunctionOperation lambda =>
                plain.Callable(new FunctionValue(creation.Syntax, lambda.Symbol, lambda, Value.Other, _graph, Symbol, _state.Captured())),
            IMethodReferenceOperation reference =>
                plain.Callable(new FunctionValue(
                    creation.Syntax, reference.Method, null, Evaluate(reference.Instance).Captured(), _graph, Symbol, ValueState.Empty)),
            _ => plain,
        };
    }

    /// <summary>Runs what a delegate holds: of several functions, all.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="arguments">What they are given.</param>
    /// <param name="call">The expression that calls them.</param>
    private Value RunHeld(ImmutableArray<FunctionValue> functions, ImmutableArray<Value> arguments, IOperation call)
    {
        Value? result = null;
        foreach (FunctionValue function in functions)
        {
            Value returned = function.Lambda is null && function.Method.MethodKind != MethodKind.LocalFunction
                ? RunReferenced(function.Method, function.Receiver, arguments, call, isVirtual: true)
                : IsInScope(function) ? RunNested(function, arguments) : RunElsewhere(function, arguments, call);
            result = result is null ? returned : Value.Join(result, returned);
        }

        return result ?? Value.Other;
    }

    /// <summary>Whether a function was made in this body, or one around it, so that it uses variables that are known here.</summary>
    private bool IsInScope(FunctionValue function)
    {
        for (ControlFlowGraph? graph = _graph; graph is not null; graph = graph.Parent)
        {
            if (graph == function.Scope)
                return true;
        }

        return false;
    }

    /// <summary>Runs a function of this body.</summary>
    private Value RunNested(FunctionValue function, ImmutableArray<Value> arguments) =>
        GraphOf(function) is { } graph ? Nested(graph, Given(_state, function.Method, arguments), function.Method).Returned : Value.Other;

    /// <summary>
    /// Runs a function that was made in another body. What is wrong in it only with these arguments is noted in the function, where this body was given it by
    /// those around, and else at the call.
    /// </summary>
    private Value RunElsewhere(FunctionValue function, ImmutableArray<Value> arguments, IOperation call)
    {
        if (GraphOf(function) is not { } graph || _stack.Enter(function.Method) is not { } stack)
            return Value.Other;
        BodyResult result = Run(arguments);
        if (IsAtFixedPoint && !result.Findings.IsEmpty)
        {
            ImmutableHashSet<Finding> findings = result.Findings.Except(Run([]).Findings);
            if (_given.Contains(function.Place))
                _findings.UnionWith(findings);
            else
                Repeat(findings, call.Syntax);
        }

        return FormedAt(result.Returned, call);

        BodyResult Run(ImmutableArray<Value> given)
        {
            BodyResult run = Inner(graph, function.Owner, stack).Run(Given(function.Captured, function.Method, given));
            _dependsOnTraining |= run.DependsOnTraining;
            return run;
        }
    }

    private ControlFlowGraph? GraphOf(FunctionValue function) => function.Lambda is { } lambda
        ? function.Scope.GetAnonymousFunctionControlFlowGraphInScope(lambda, _cancellation)
        : Bodies.OfLocalFunction(function.Method.OriginalDefinition, function.Scope, _cancellation);

    private static ValueState Given(ValueState state, IMethodSymbol method, ImmutableArray<Value> arguments)
    {
        ImmutableArray<IParameterSymbol> parameters = method.OriginalDefinition.Parameters;
        for (int i = 0; i < parameters.Length; i++)
            state = state.With(parameters[i], i < arguments.Length ? arguments[i] : Value.Other);
        return state;
    }

    /// <summary>Runs a function that is handed over to be called with an element of a collection, whichever of its parameters takes that.</summary>
    private Value RunFunction(IOperation function, Value element) => function switch
    {
        IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda } =>
            RunLambda(lambda, [.. Enumerable.Repeat(element, lambda.Symbol.Parameters.Length)]),
        IDelegateCreationOperation { Target: IMethodReferenceOperation method } =>
            RunReferenced(method, [.. Enumerable.Repeat(element, method.Method.Parameters.Length)]),
        _ => RunHanded(function, [element, element]),
    };

    /// <summary>Runs a function that is handed over with arguments.</summary>
    private Value RunHanded(IOperation function, ImmutableArray<Value> arguments) => Expression.Unconverted(function) switch
    {
        IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda } => RunLambda(lambda, arguments),
        IDelegateCreationOperation { Target: IMethodReferenceOperation method } => RunReferenced(method, arguments),
        _ => RunHeld(Evaluate(function).Functions, arguments, function),
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

    private Value RunReferenced(IMethodReferenceOperation reference, ImmutableArray<Value> arguments) =>
        RunReferenced(reference.Method, Evaluate(reference.Instance), arguments, reference, reference.IsVirtual);

    /// <summary>Runs a method that is handed over.</summary>
    private Value RunReferenced(IMethodSymbol method, Value receiver, ImmutableArray<Value> arguments, IOperation place, bool isVirtual)
    {
        if (arguments.Length == 2 && MatrixProduct.IsProduct(method, Types) && method.Parameters.All(parameter => Types.IsMatrix(parameter.Type)))
            return Multiply(place, arguments[0], method.Name is "linear" ? arguments[1].Transposed() : arguments[1]);
        if (arguments.Length == 1 && !method.IsStatic && MatrixProduct.IsProduct(method, Types) && Types.IsMatrix(method.ContainingType)
            && method.Parameters.Count(parameter => Types.IsMatrix(parameter.Type)) == 1)
            return Multiply(place, receiver, arguments[0]);
        if (method.MethodKind == MethodKind.LocalFunction)
            return RunLocalFunction(method, arguments).Returned;
        if (TensorTypes.Is(method.ContainingType, Types.FrozenWeight) && method.Name is "ToTensor" or "ToArray")
            return (arguments.Length > 0 ? arguments[0] : receiver).AsCopy();
        if (RunTargets(method, method.ContainingType, receiver, arguments, isVirtual) is not { } result)
            return Value.Other;
        Repeat(result.Findings, place.Syntax);
        return FormedAt(result.Returned, place);
    }

    /// <summary>Runs a local function: what it returns, and what is known at its end about its parameters.</summary>
    private (Value Returned, ImmutableArray<Value> Parameters) RunLocalFunction(IMethodSymbol method, ImmutableArray<Value> arguments)
    {
        method = method.OriginalDefinition;
        if (Bodies.OfLocalFunction(method, _graph, _cancellation) is not { } graph)
            return (Value.Other, []);
        (Value returned, ValueState exit) = Nested(graph, Given(_state, method, arguments), method);
        return (returned, [.. method.Parameters.Select(parameter => exit[parameter])]);
    }

    private Value RunNested(ControlFlowGraph graph, ValueState state) => Nested(graph, state, function: null).Returned;

    /// <summary>Runs a function inside this body: it sees this body's variables, and may change them.</summary>
    private (Value Returned, ValueState Exit) Nested(ControlFlowGraph graph, ValueState state, IMethodSymbol? function)
    {
        CallStack? stack = function is null ? _stack : _stack.Enter(function);
        if (stack is null)
            return (Value.Other, ValueState.Empty);

        BodyResult result = Inner(graph, function is { MethodKind: MethodKind.LocalFunction } ? function : Symbol, stack).Run(state);
        _dependsOnTraining |= result.DependsOnTraining;
        _stores.AddRange(result.Stores);
        _state = _state.JoinKnown(result.Exit);
        if (IsAtFixedPoint)
            _findings.UnionWith(result.Findings);
        return (result.Returned, result.Exit);
    }

    /// <summary>The flow through a function that is run as a part of this body.</summary>
    private ValueFlow Inner(ControlFlowGraph graph, ISymbol owner, CallStack stack) =>
        new(_analysis, _solver, graph, owner, stack, _isOnTrainingPath, _cancellation) { IsNested = true, _given = _given };

    /// <summary>Whether the body is that of a lambda or local function, whose result its surroundings use.</summary>
    public bool IsNested { get; private init; }
}
