using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Functions inside a body: lambdas, local functions, and methods that are handed over.</content>
internal sealed partial class ValueFlow
{
    private Value RunFunction(IOperation function, Value element) => function switch
    {
        IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda } => RunLambda(lambda, element),
        IDelegateCreationOperation { Target: IMethodReferenceOperation method } => RunReferenced(method, element),
        _ => Evaluate(function),
    };

    private Value RunLambda(IFlowAnonymousFunctionOperation lambda, Value element)
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
        foreach (IParameterSymbol parameter in lambda.Symbol.Parameters)
            state = state.With(parameter, element);
        return RunNested(graph, state);
    }

    private Value RunReferenced(IMethodReferenceOperation reference, Value element)
    {
        IMethodSymbol method = reference.Method;
        Evaluate(reference.Instance);
        if (method.MethodKind == MethodKind.LocalFunction)
            return RunLocalFunction(method, [.. Enumerable.Repeat(element, method.Parameters.Length)]);
        if (TensorTypes.Is(method.ContainingType, Types.FrozenWeight) && method.Name is "ToTensor" or "ToArray")
            return element.AsCopy();
        if (_analysis.Call(method, [.. Enumerable.Repeat(element, method.Parameters.Length)], _stack, IsOnTrainingPath, _cancellation) is not { } result)
            return Value.Other;
        foreach (Finding finding in result.Findings)
            Report(finding.Rule, reference.Syntax, [.. finding.Arguments]);
        _isExact &= result.IsExact;
        return result.Returned;
    }

    private Value RunLocalFunction(IMethodSymbol method, ImmutableArray<Value> arguments)
    {
        method = method.OriginalDefinition;
        ControlFlowGraph? scope = _graph;
        while (scope is not null && !scope.LocalFunctions.Contains(method, SymbolEqualityComparer.Default))
            scope = scope.Parent;
        if (scope is null || _stack.Enter(method) is null)
            return Value.Other;
        ControlFlowGraph graph = scope.GetLocalFunctionControlFlowGraph(method, _cancellation);
        ValueState state = _state;
        for (int i = 0; i < method.Parameters.Length; i++)
            state = state.With(method.Parameters[i], i < arguments.Length ? arguments[i] : Value.Other);
        return RunNested(graph, state, method);
    }

    /// <summary>Runs a function inside this body: it sees this body's variables, and may change them.</summary>
    private Value RunNested(ControlFlowGraph graph, ValueState state, IMethodSymbol? function = null)
    {
        CallStack stack = function is null ? _stack : _stack.Enter(function) ?? _stack;
        BodyResult result = new ValueFlow(_analysis, _rules, graph, function ?? Symbol, stack, IsOnTrainingPath, _cancellation) { IsNested = true }.Run(state);
        _isExact &= result.IsExact;
        _stores.AddRange(result.Stores);
        _state = _state.JoinKnown(result.Exit);
        if (_isShowing)
            _findings.UnionWith(result.Findings);
        return result.Returned;
    }

    /// <summary>Whether the body is that of a lambda or local function, whose result its surroundings use.</summary>
    public bool IsNested { get; private init; }
}
