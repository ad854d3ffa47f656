using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Calls: of the toolkit, of methods of the compilation, and of functions.</content>
internal sealed partial class MergeFlow
{
    /// <summary>The functions that local variables hold.</summary>
    private readonly Dictionary<ISymbol, IFlowAnonymousFunctionOperation> _functions = new(SymbolEqualityComparer.Default);

    private void VisitCall(IInvocationOperation call)
    {
        bool fails = ExpectedFailure.IsOf(call), runsAtOnce = RunsAtOnce(call.TargetMethod);
        if (call.Instance is not null)
            Visit(call.Instance);
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (FunctionOf(argument.Value) is not { } function)
                Visit(argument.Value);
            else if (!fails && depth < MostDepth)
                VisitFunction(call, function, runsAtOnce);
        }

        Call(call);
    }

    private void VisitFunction(IInvocationOperation call, IFlowAnonymousFunctionOperation function, bool runsAtOnce)
    {
        MergeState inside = _state;
        IOperation? elements = call.Instance ?? call.Arguments.FirstOrDefault()?.Value;
        if (runsAtOnce && function.Symbol.Parameters.Length > 0 && PathOf(elements) is { } collection)
            inside = inside.Hold(function.Symbol.Parameters[0], $"{collection}{{}}*{function.Syntax.SpanStart}", isNew: true);
        MergeResult result = Nested(GraphOf(function)).Run(inside);
        ReportAll(result);
        bool isQuestion = function.Symbol.ReturnType.SpecialType == SpecialType.System_Boolean;
        if (runsAtOnce)
            _state = isQuestion ? result.Exit : MergeState.Join(_state, result.Exit);
    }

    private void Call(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        IOperation? receiver = Receiver.Of(call);
        string? path = PathOf(receiver);
        string name = receiver?.Syntax.ToString() ?? "the model";
        if (path is not null && types.IsMerge(call))
        {
            if (_state.MergeOf(path) is not null)
                Report(call.Syntax, name, "may be merged already; its adapter would count twice, or there is none any more");
            _state = _state.Merge(path, KindOf(call));
        }
        else if (path is not null && method.Name == "Unmerge" && types.IsOfMerging(method))
        {
            if (_state.MergeOf(path) is { Kind: MergeKind.ForGood })
                Report(call.Syntax, name, "was merged for good; only Merge(reversible: true) can be taken back");
            _state = _state.Forget(path);
        }
        else if (path is not null && method.Name == "SetFactors" && types.IsOfLinear(method))
        {
            if (_state.MergeOf(path) is { Kind: MergeKind.Reversible })
                Report(call.Syntax, name, "gets other factors while an adapter is merged into its weight; call Unmerge first");
            _state = _state.Merge(path, MergeKind.Asked);
        }
        else if (receiver is IPropertyReferenceOperation { Property.Name: "Adapter", Instance: { } model }
            && types.IsOfAdapter(method) && PathOf(model) is { } adapted)
        {
            CallAdapter(call, adapted, model.Syntax.ToString());
        }
        else if (path is not null
            && (types.IsOfModel(method) && method.Name == "ForwardBackward"
                || types.IsTrainer(method.ContainingType) && method.Name is "Fit" or "FitAsync" or "Step"))
        {
            if (_state.MergeOf(path) is not null && !TrainsOtherParts(receiver!))
                Report(call.Syntax, name, "is trained after its adapter was merged, so that nothing is left to train");
        }
        else if (method.Name == "Save" && types.IsOfCheckpoint(method)
            && call.Arguments.FirstOrDefault(argument => types.IsTrainer(argument.Parameter?.Type)) is { } trainer)
        {
            if (PathOf(trainer.Value) is { } trained && _state.MergeOf(trained) is { Kind: MergeKind.ForGood })
                Report(call.Syntax, trainer.Value.Syntax.ToString(), "has no adapter to save any more: it was merged");
        }
        else if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            if (call.Instance is ILocalReferenceOperation { Local: var local }
                && _functions.TryGetValue(local, out IFlowAnonymousFunctionOperation? function) && depth < MostDepth)
                Enter(call, GraphOf(function), self, _state);
        }
        else
        {
            CallOwn(call);
        }
    }

    private void CallAdapter(IInvocationOperation call, string path, string name)
    {
        MergeFact? merge = _state.MergeOf(path);
        switch (call.TargetMethod.Name)
        {
            case "Save" when merge is { Kind: MergeKind.ForGood }:
                Report(call.Syntax, name, "has no adapter to save any more: it was merged");
                break;
            case "Initialize" or "Load" or "Remove":
                if (merge is { Kind: MergeKind.Reversible })
                    Report(call.Syntax, name, "gets another adapter while one is merged into its weights; call Unmerge first");
                _state = _state.Forget(path);
                break;
        }
    }

    /// <summary>Goes into a method of the compilation that may merge what it is given.</summary>
    private void CallOwn(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (depth >= MostDepth || !types.MayMerge(method, cancellation))
            return;
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if ((method.MethodKind == MethodKind.LocalFunction
            ? Bodies.OfLocalFunction(method, graph, cancellation)
            : types.GraphOf(method, cancellation)) is not { } body)
            return;
        MergeState inside = _state;
        List<string> given = [self];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < method.Parameters.Length && PathOf(argument.Value) is { } path)
            {
                inside = inside.Hold(method.Parameters[parameter.Ordinal], path, isNew: false);
                given.Add(path);
            }
        }

        string owner = call.Instance is null or IInstanceReferenceOperation
            ? self
            : PathOf(call.Instance) ?? $"{method.ContainingType?.Name}@{call.Syntax.SpanStart}";
        given.Add(owner);
        string? returned = Enter(call, body, owner, inside);
        bool isNew = returned is not null && !given.Any(path => returned == path || returned.StartsWith(path + ".", StringComparison.Ordinal));
        if (isNew && returned is not null)
        {
            // What a method makes is another object each time.
            string result = $"{method.Name}@{call.Syntax.SpanStart}";
            _state = _state.Move(returned, result);
            returned = result;
        }

        _results[call] = returned;
    }

    /// <summary>Runs a body in place of a call. What is wrong in it whatever happened before is told there, anything else at the call.</summary>
    /// <returns>The path of what it returns.</returns>
    private string? Enter(IInvocationOperation call, ControlFlowGraph body, string owner, MergeState inside)
    {
        MergeResult result = new MergeFlow(types, body, owner, depth + 1, cancellation).Run(inside);
        _state = result.Exit;
        if (!IsAtFixedPoint || result.Findings.IsEmpty)
            return result.Returned;
        MergeResult alone = new MergeFlow(types, body, owner, depth + 1, cancellation).Run(MergeState.Empty);
        foreach (KeyValuePair<SyntaxNode, MergeFinding> finding in result.Findings.Where(finding => !alone.Findings.ContainsKey(finding.Key)))
            Report(call.Syntax, finding.Value.Name, finding.Value.What);
        return result.Returned;
    }

    private static IFlowAnonymousFunctionOperation? FunctionOf(IOperation value) =>
        Expression.Unconverted(value) is IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation function } ? function : null;

    /// <summary>Whether a method of the system runs the functions that it is given before it returns, or its result is used.</summary>
    private static bool RunsAtOnce(IMethodSymbol method) =>
        method.ContainingType is { ContainingNamespace: { } container, Name: var owner }
            && container.ToDisplayString().StartsWith("System", StringComparison.Ordinal)
            && (owner is "Enumerable" or "Parallel" or "ParallelEnumerable"
                || method.Name is "ForEach" or "Run" or "StartNew" or "Invoke" or "ConvertAll" or "TrueForAll");

    /// <summary>Whether a model trains more than its adapter, so that training goes on after a merge.</summary>
    private bool TrainsOtherParts(IOperation model) => model.Type is { } type && !types.IsTrainer(type) && types.PartsOf(type).Any(part => part.IsTrainable);

    private static MergeKind KindOf(IInvocationOperation call)
    {
        IOperation? reversible = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "reversible")?.Value;
        return reversible switch
        {
            null or { ConstantValue: { HasValue: true, Value: false } } => MergeKind.ForGood,
            { ConstantValue: { HasValue: true, Value: true } } => MergeKind.Reversible,
            _ => MergeKind.Either,
        };
    }
}
