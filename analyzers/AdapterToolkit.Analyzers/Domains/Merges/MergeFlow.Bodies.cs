using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>The bodies of the compilation that calls run.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What the bodies that calls ran gave for the states that they were given last.</summary>
    private readonly Dictionary<(SyntaxNode Call, ISymbol Method), (MergeState Inside, ObjectPath Owner, MergeResult? Result)> _entered = [];

    /// <summary>
    /// Goes into the bodies of the compilation that a call can run, where they may merge, hand on what is given, or change what is known.
    /// </summary>
    /// <returns>Whether there are any.</returns>
    private bool Call(IOperation call, CallSite site)
    {
        IMethodSymbol method = site.Method;
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            if (Bodies.OfLocalFunction(method.OriginalDefinition, graph, cancellation) is { } local)
                Finish(call, Enter(call, method.OriginalDefinition, local, self, site.Arguments, _state), method.OriginalDefinition, local);
            return true;
        }

        ObjectPath? receiver = PathOf(site.Receiver);
        bool isKnown = receiver?.Type is { } exact && types.Declares(exact);
        if (!IsOfInterest(method) && !(isKnown && MayTell(method, receiver!.Type!)) && !MayChange(site))
            return false;
        List<(IMethodSymbol Method, ControlFlowGraph Body)> targets = [];
        foreach (IMethodSymbol target in TargetsOf(site, receiver))
        {
            if (types.GraphOf(target, cancellation) is { } body)
                targets.Add((target, body));
        }

        if (targets.Count == 0)
            return false;
        // The class that a type parameter stands for is another one each time.
        bool isOfParameter = call is IInvocationOperation { ConstrainedToType: not null };
        ObjectPath owner = receiver ?? (site.Receiver is null && !isOfParameter ? self : ObjectPath.Made(call.Syntax));
        if (isOfParameter)
            _state = _state.New(owner);
        if (targets is [var (single, only)])
            Finish(call, Enter(call, single, only, owner, site.Arguments, _state), single, only);
        else
            CallOneOf(call, targets, owner, site.Arguments);
        return true;
    }

    /// <summary>
    /// Goes into the methods of several classes, one of which runs. What is known behind them is what all of them leave, and what one did where it is known
    /// to be the one; a mistake is told where each makes it, or the one object does whatever its class.
    /// </summary>
    private void CallOneOf(
        IOperation call,
        List<(IMethodSymbol Method, ControlFlowGraph Body)> targets,
        ObjectPath owner,
        ImmutableArray<(int Ordinal, IOperation Value)> arguments)
    {
        MergeState before = _state;
        List<MergeState> ends = [];
        List<MergeFinding?> findings = [];
        (ObjectPath?, FunctionValue?)? given = null;
        foreach ((IMethodSymbol method, ControlFlowGraph body) in targets)
        {
            Condition condition = new(new PlaceTerm(owner), new TypeTerm(method.ContainingType.OriginalDefinition));
            if (before.Excludes(condition))
                continue;
            _state = before;
            // A body that is run already tells nothing new.
            if (Enter(call, method, body, owner, arguments, before.Assume(condition, true)) is not { } result)
                continue;
            Finish(call, result, method, body, isReported: false);
            findings.Add(FirstOf(result, method, body, owner));
            ends.Add(_state);
            given = _results.TryGetValue(call, out (ObjectPath?, FunctionValue?) one) && (given is not { } known || known.Equals(one)) ? one : (null, null);
        }

        _state = ends.Count == 0 ? before : MergeState.JoinTargets(ends);
        if (given is { } single)
            _results[call] = single;
        bool isCertain = findings.Count > 0 && findings.All(finding => finding is not null);
        if (findings.FirstOrDefault(finding => finding is not null
            && (isCertain || owner.Kind == PathStepKind.This || finding.Cause.Conditions.Keys.Any(condition => condition.Equal is TypeTerm))) is { } found)
            NoteAt(call, found);
    }

    /// <summary>The methods with bodies that a call can run: one, where the class of the object is known.</summary>
    private IEnumerable<IMethodSymbol> TargetsOf(CallSite site, ObjectPath? receiver)
    {
        if (!site.IsVirtual)
            return [Bodies.DefinitionOf(site.Method)];
        if (receiver?.Type is { } made)
            return CallTargets.On(made, site.Method) is { } implementation ? [Bodies.DefinitionOf(implementation)] : [];
        IEnumerable<IMethodSymbol> targets = types.Targets.Of(site.Method, site.Receiver?.Type);
        return receiver is { Kind: PathStepKind.This } && symbol is IMethodSymbol around
            ? targets.Where(target => !IsReplaced(around, target.ContainingType))
            : targets;
    }

    /// <summary>Whether a class derived from a method's has one of its own in its place.</summary>
    private static bool IsReplaced(IMethodSymbol method, INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType?.OriginalDefinition)
        {
            if (SymbolEqualityComparer.Default.Equals(current, method.ContainingType))
                return false;
            if (current.GetMembers(method.Name).OfType<IMethodSymbol>().Any(member => member.IsOverride))
                return true;
        }

        return false;
    }

    /// <summary>Whether a body may merge, use an adapter, or give an object that can, or a function.</summary>
    private bool IsOfInterest(IMethodSymbol method) =>
        types.Declares(method)
            && (GivesWhatLeads(method.MethodKind is MethodKind.Constructor ? method.ContainingType : method.ReturnType)
                || method.Parameters.Any(parameter => parameter.RefKind is RefKind.Out or RefKind.Ref || parameter.Type.TypeKind == TypeKind.Delegate)
                || types.HoldsFunctions(method.ContainingType)
                || method.MethodKind is MethodKind.EventAdd or MethodKind.EventRemove
                || (method.MethodKind is MethodKind.PropertySet && types.Leading.Matter(method.Parameters[method.Parameters.Length - 1].Type))
                || types.MayUseAdapter(method, cancellation) || types.Targets.Of(method).Any(target => types.MayUseAdapter(target, cancellation)));

    private bool GivesWhatLeads(ITypeSymbol given) => types.Leading.Lead(given) || types.Leading.HaveFlags(given);

    /// <summary>
    /// Whether a method of an object whose class is known may tell, or change, what happened to it: by a flag or count, by what it is given, or as another
    /// class's.
    /// </summary>
    private bool MayTell(IMethodSymbol method, INamedTypeSymbol type) =>
        types.Leading.HaveChangingFlags(type) || method.ReturnType.SpecialType == SpecialType.System_Boolean
            || method.Parameters.Any(parameter => types.Leading.Lead(parameter.Type))
            || (CallTargets.On(type, method) is { } target && IsOfInterest(Bodies.DefinitionOf(target)));

    private bool HasBody(IMethodSymbol accessor) => IsOfInterest(accessor)
        && (types.GraphOf(accessor, cancellation) is not null
            || types.Targets.Of(accessor).Any(target => types.GraphOf(target, cancellation) is not null));

    /// <summary>Runs a body in place of a call.</summary>
    private MergeResult? Enter(
        IOperation call,
        IMethodSymbol method,
        ControlFlowGraph body,
        ObjectPath owner,
        ImmutableArray<(int Ordinal, IOperation Value)> arguments,
        MergeState inside)
    {
        IMethodSymbol definition = Bodies.DefinitionOf(method);
        if (definition.ContainingType is { IsExtension: true, ExtensionParameter: { } extended })
            inside = inside.Hold(ObjectPath.Of(extended), owner);
        foreach ((int ordinal, IOperation value) in arguments)
        {
            if (ordinal >= definition.Parameters.Length || PlaceOf(definition.Parameters[ordinal], owner) is not { } place)
                continue;
            inside = inside.Change(place);
            if (!types.Leading.Matter(definition.Parameters[ordinal].Type))
                continue;
            FunctionValue? function = FunctionOf(value);
            inside = PathOf(value) is { } path ? inside.Hold(place, path)
                : value.Type is { IsReferenceType: true, SpecialType: not SpecialType.System_String } ? HoldNew(inside, place, value.Syntax)
                : inside.Release(place);
            inside = function is not null ? inside.Hold(place, function) : inside.ReleaseFunction(place);
            if (value.ConstantValue is { HasValue: true, Value: bool known })
                inside = inside.Know(place, known);
        }

        return Run(call, method, body, owner, inside);
    }

    private MergeResult? Run(IOperation call, IMethodSymbol method, ControlFlowGraph body, ObjectPath owner, MergeState inside)
    {
        if (_entered.TryGetValue((call.Syntax, method), out (MergeState Inside, ObjectPath Owner, MergeResult? Result) known)
            && known.Owner.Equals(owner) && known.Inside.Equals(inside))
            return known.Result;
        MergeResult? result = stack.Enter(method) is { } inner ? new MergeFlow(types, body, owner, method, inner, cancellation).Run(inside) : null;
        _entered[(call.Syntax, method)] = (inside, owner, result);
        return result;
    }

    /// <summary>Goes on behind a body that was run in place of a call.</summary>
    private void Finish(IOperation call, MergeResult? result, IMethodSymbol method, ControlFlowGraph body, bool isReported = true)
    {
        if (result is null)
        {
            Lose(method);
            _results[call] = (null, null);
            return;
        }

        MergeState? whenTrue = WithoutHidden(result.WhenTrue, method), whenFalse = WithoutHidden(result.WhenFalse, method);
        MergeState exit = WithoutHidden(result.Exit, method)!;
        _state = whenTrue is null || whenFalse is null ? exit : exit.KeptByBoth(_state, whenTrue, whenFalse);
        _results[call] = (ReturnedBy(call, result.Returned, method, body), result.Function);
        if (whenTrue is not null || whenFalse is not null)
            _answers[call.Syntax] = (_state, whenTrue, whenFalse);
        if (isReported && FirstOf(result, method, body, self) is { } finding)
            NoteAt(call, finding);
    }

    /// <summary>What a body gives its caller. What it makes, or takes out of a collection, is another object each time.</summary>
    private ObjectPath? ReturnedBy(IOperation call, ObjectPath? returned, IMethodSymbol method, ControlFlowGraph body)
    {
        if (returned is null)
            return method.IsIterator ? ObjectPath.Deferred(call.Syntax) : null;
        if (returned is { Kind: PathStepKind.Taken, Place: { } taken, Holder: { } collection } && IsWithin(taken, body.OriginalOperation.Syntax)
            && !IsOfBody(collection) && collection.Taken(call.Syntax) is { } next)
        {
            _state = _state.Take(next).Move(returned, next);
            return next;
        }

        if (returned.Root.Kind != PathStepKind.Joined && !IsOfBody(returned))
            return returned;
        bool isMade = returned is { Kind: PathStepKind.Made };
        ObjectPath made = ObjectPath.Made(call.Syntax, returned.Type);
        _state = isMade ? _state.Move(returned, made) : _state.New(made);
        return made;

        bool IsOfBody(ObjectPath path) => path.SelfAndHolders().Any(part => MergeFlow.IsOfBody(part, method, body));
    }

    /// <summary>Whether a step of a path is of a variable of a body, or of what it makes.</summary>
    private static bool IsOfBody(ObjectPath path, IMethodSymbol method, ControlFlowGraph body) => path.Kind switch
    {
        PathStepKind.Made => path.Place is { } place && IsWithin(place, body.OriginalOperation.Syntax),
        PathStepKind.Variable or PathStepKind.AtVariable =>
            path.Symbol is null || SymbolEqualityComparer.Default.Equals(path.Symbol.ContainingSymbol, Bodies.DefinitionOf(method)),
        PathStepKind.Taken => path.Place is { } call && IsWithin(call, body.OriginalOperation.Syntax),
        _ => false,
    };

    /// <summary>The first mistake in a body that comes of what happened before it; what is wrong in it whatever happened is told there.</summary>
    private MergeFinding? FirstOf(MergeResult result, IMethodSymbol method, ControlFlowGraph body, ObjectPath owner)
    {
        if (!IsAtFixedPoint || result.Findings.IsEmpty || stack.Enter(method) is not { } inner)
            return null;
        MergeResult alone = new MergeFlow(types, body, owner, method, inner, cancellation).Run(MergeState.Empty);
        return result.Findings.Where(finding => !alone.Findings.ContainsKey(finding.Key) && !_findings.ContainsKey(finding.Key))
            .OrderBy(finding => finding.Key.SpanStart).Select(finding => finding.Value).FirstOrDefault();
    }

    private MergeResult? Nested(IMethodSymbol function, ControlFlowGraph body, MergeState initial) =>
        stack.Enter(function) is { } inner ? new MergeFlow(types, body, self, function, inner, cancellation).Run(initial) : null;
}
