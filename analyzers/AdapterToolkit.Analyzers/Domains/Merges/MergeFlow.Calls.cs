using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Calls: of the toolkit, and of bodies of the compilation.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What the bodies that calls ran gave for the states that they were given last.</summary>
    private readonly Dictionary<(SyntaxNode Call, ISymbol Method), (MergeState Inside, ObjectPath Owner, MergeResult? Result)> _entered = [];

    private void VisitCall(IInvocationOperation call)
    {
        bool fails = types.Failures.IsOf(call);
        if (call.Instance is not null)
            Visit(call.Instance);
        foreach (IArgumentOperation argument in call.Arguments)
        {
            // A function is run by who calls it.
            if (Expression.Unconverted(argument.Value) is not IDelegateCreationOperation || (!fails && IsOfCompilation(call.TargetMethod)))
                Visit(argument.Value);
        }

        if (fails)
            return;
        _results.Remove(call);
        if (Fork([Receiver.Of(call), .. call.Arguments.Select(argument => argument.Value)], () => Call(call)) && _results.ContainsKey(call))
            _results[call] = (null, null);
        foreach (IArgumentOperation argument in call.Arguments.Where(argument => argument.Parameter?.RefKind is RefKind.Out or RefKind.Ref))
        {
            if (PlaceOf(argument.Value) is not { IsVariable: true } changed)
                continue;
            ObjectPath? given = !SystemCalls.IsOfSystem(call.TargetMethod) ? null
                : SystemCalls.TakesElement(call.TargetMethod) ? OfSystemCall(call)
                : call is { TargetMethod.Name: "TryGetValue", Arguments: [{ Value: var key }, _] } && PlaceAt(PathOf(call.Instance), key) is { } place
                    ? PartOf(place.Holder, place, argument.Value.Type)
                : null;
            given ??= _results.ContainsKey(call) && argument.Parameter is { } parameter ? _state.Given(ObjectPath.Of(parameter)) : null;
            _state = _state.Change(changed);
            _state = given is { Root.Kind: not PathStepKind.Joined } ? _state.Hold(changed, given) : HoldNew(_state, changed, argument.Syntax);
        }
    }

    /// <summary>Does something for each element of a collection whose elements are known, where a loop takes one.</summary>
    /// <returns>Whether there is such a loop.</returns>
    private bool Fork(IOperation?[] parts, Action act)
    {
        ObjectPath? element = parts.Select(PathOf).OfType<ObjectPath>().SelectMany(path => path.SelfAndHolders())
            .FirstOrDefault(path => path is { Kind: PathStepKind.Iteration, Holder.Holder: { } collection }
                && _state.ContentsOf(collection) is { IsDefault: false, IsEmpty: false });
        if (element is not { Holder: { Holder: { } whole } sequence })
        {
            act();
            return false;
        }

        MergeState before = _state;
        MergeState? joined = null;
        ImmutableArray<ObjectPath> elements = before.ContentsOf(whole);
        for (int i = 0; i < elements.Length; i++)
        {
            _state = before.AtTurn(sequence, Turns.Of(i)).Hold(element, elements[i]);
            Fork(parts, act);
            _state = _state.Release(element).BehindTurn(sequence, Turns.Of(i));
            joined = joined is null ? _state : MergeState.Join(joined, _state);
        }

        _state = joined!;
        return true;
    }

    private void Call(IInvocationOperation call)
    {
        IOperation? receiver = Receiver.Of(call);
        AdapterUse use = types.UseOf(call.TargetMethod);
        if (use == AdapterUse.None)
            CallOther(call);
        else if (use == AdapterUse.SaveTraining)
            Use(call.Syntax, use, TrainerOf(call), PathOf(TrainerOf(call)), MergeKind.Asked);
        else
            Use(call.Syntax, use, receiver, PathOf(receiver), KindOf(call));
    }

    private IOperation? TrainerOf(IInvocationOperation call) => call.Arguments.FirstOrDefault(argument => types.IsTrainer(argument.Parameter?.Type))?.Value;

    /// <summary>Does what a method of the toolkit does with an adapter.</summary>
    /// <param name="place">The call.</param>
    /// <param name="use">What the method does.</param>
    /// <param name="receiver">What gives the object that it is called on.</param>
    /// <param name="path">The path of that object.</param>
    /// <param name="kind">How it merges.</param>
    private void Use(SyntaxNode place, AdapterUse use, IOperation? receiver, ObjectPath? path, MergeKind kind)
    {
        MergeFact? merge = path is null ? null : _state.MergeOf(path);
        switch (use)
        {
            case AdapterUse.Merge or AdapterUse.MergeTo or AdapterUse.MergeToBaseType when path is not null:
                if (merge is not null)
                    Report(place, receiver, path, merge, MergeMistake.MergedAgain);
                if (merge is not { Conditions.IsEmpty: true })
                    _state = _state.Merge(path, kind, place);
                break;
            case AdapterUse.Unmerge when path is not null:
                if (merge is { Kind: MergeKind.ForGood })
                    Report(place, receiver, path, merge, MergeMistake.TakenBack);
                _state = path.Root.Kind is PathStepKind.Made or PathStepKind.Joined && path.SelfAndHolders().Any(part => part.Kind == PathStepKind.Iteration)
                    ? _state.Forget(path).ForgetReversible()
                    : _state.Forget(path);
                break;
            case AdapterUse.SetFactors when path is not null:
                if (merge is { Kind: MergeKind.Reversible })
                    Report(place, receiver, path, merge, MergeMistake.FactorsGiven);
                _state = _state.Merge(path, MergeKind.Asked, null);
                break;
            case AdapterUse.Train when path is not null:
                if (merge is not null && !TrainsOtherParts(receiver!))
                    Report(place, receiver, path, merge, MergeMistake.Trained);
                break;
            case AdapterUse.SaveTraining when path is not null && merge is { Kind: MergeKind.ForGood }:
                Report(place, receiver, path, merge, MergeMistake.Saved);
                break;
            case AdapterUse.Save or AdapterUse.Replace when ModelOf(receiver) is { } model && PathOf(model) is { } adapted:
                UseAdapter(place, use, model, adapted, _state.MergeOf(adapted));
                break;
        }
    }

    /// <summary>The model whose adapter an expression gives; null for any other expression.</summary>
    private IOperation? ModelOf(IOperation? adapter) =>
        adapter is not null && Resolve(Expression.Unconverted(adapter)) is IPropertyReferenceOperation { Instance: { } model } property
            && types.UseOf(property.Property) == AdapterUse.Adapter ? model : null;

    private void UseAdapter(SyntaxNode place, AdapterUse use, IOperation model, ObjectPath path, MergeFact? merge)
    {
        bool isSaved = use == AdapterUse.Save;
        if (isSaved && merge is { Kind: MergeKind.ForGood })
            Report(place, model, path, merge, MergeMistake.Saved);
        if (isSaved)
            return;
        if (merge is { Kind: MergeKind.Reversible })
            Report(place, model, path, merge, MergeMistake.AdapterReplaced);
        _state = _state.Forget(path);
    }

    /// <summary>A call of a delegate, of a body of the compilation, or of another assembly.</summary>
    private void CallOther(IInvocationOperation call)
    {
        if (call.TargetMethod.MethodKind == MethodKind.DelegateInvoke)
        {
            if (FunctionOf(call.Instance) is { } function)
                CallFunction(call, function);
        }
        else if (call.TargetMethod is { MethodKind: MethodKind.Constructor, ContainingType: { } type } constructor && IsOfCompilation(constructor)
            && !types.Known.IsModule(type) && !SymbolEqualityComparer.Default.Equals(type, symbol.ContainingType))
        {
            // The initializers of a base class run with its constructor.
            (IParameterSymbol?, IOperation)[] arguments = [.. call.Arguments.Select(ParameterAndValue)];
            Give(constructor, self, arguments);
            Initialize(call, type.OriginalDefinition, self);
            Call(call, constructor, call.Instance, arguments);
        }
        else if (!Call(call, call.TargetMethod, call.Instance, call.Arguments.Select(ParameterAndValue)))
        {
            if (OfSystemCall(call) is { Kind: PathStepKind.Elements, Holder: { } collection } sequence
                && _state.ContentsOf(collection) is { IsDefault: false, IsEmpty: false })
                _state = _state.StartLoop(sequence);
            ListFunctions(call);
            ChangeContents(call);
            RunFunctions(call);
        }
    }

    private static (IParameterSymbol?, IOperation) ParameterAndValue(IArgumentOperation argument) => (argument.Parameter, argument.Value);

    private void CallOperator(IOperation operation, IMethodSymbol method, params IOperation[] operands) =>
        Fork(operands, () => Call(operation, method, null, operands.Zip(method.Parameters, (operand, parameter) => ((IParameterSymbol?)parameter, operand))));

    /// <summary>Goes into the bodies of the compilation that a call can run, where they may merge, or hand on what is given.</summary>
    /// <returns>Whether there are any.</returns>
    private bool Call(IOperation call, IMethodSymbol method, IOperation? instance, IEnumerable<(IParameterSymbol? Parameter, IOperation Value)> arguments)
    {
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            if (Bodies.OfLocalFunction(method.OriginalDefinition, graph, cancellation) is { } local)
                Finish(call, Enter(call, method.OriginalDefinition, local, self, arguments, _state), method.OriginalDefinition, local);
            return true;
        }

        ObjectPath? receiver = PathOf(instance);
        bool isKnown = receiver?.Type is { } exact && SymbolEqualityComparer.Default.Equals(exact.ContainingAssembly, types.Compilation.Assembly);
        if (!IsOfInterest(method) && !isKnown)
            return false;
        bool isOnBase = instance?.Syntax is BaseExpressionSyntax;
        List<(IMethodSymbol Method, ControlFlowGraph Body)> targets = [];
        foreach (IMethodSymbol target in isOnBase ? [Bodies.DefinitionOf(method)] : TargetsOf(method, receiver, instance?.Type))
        {
            if (types.GraphOf(target, cancellation) is { } body)
                targets.Add((target, body));
        }

        if (targets.Count == 0)
            return false;
        ObjectPath owner = receiver ?? (instance is null ? self : ObjectPath.Made(call.Syntax));
        (IParameterSymbol?, IOperation)[] given = [.. arguments];
        if (targets is [var (single, only)])
            Finish(call, Enter(call, single, only, owner, given, _state), single, only);
        else
            CallOneOf(call, targets, owner, given);
        return true;
    }

    /// <summary>
    /// Goes into the methods of several classes, one of which runs. What is known behind them is what all of them leave, and what one did where it is known
    /// to be the one; a mistake is told where each makes it, or the one object does whatever its class.
    /// </summary>
    private void CallOneOf(
        IOperation call, List<(IMethodSymbol Method, ControlFlowGraph Body)> targets, ObjectPath owner, (IParameterSymbol?, IOperation)[] arguments)
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
    private IEnumerable<IMethodSymbol> TargetsOf(IMethodSymbol method, ObjectPath? receiver, ITypeSymbol? declared)
    {
        if (receiver?.Type is { } made)
            return ImplementationOf(method, made) is { } implementation ? [Bodies.DefinitionOf(implementation)] : [];
        method = Bodies.DefinitionOf(method);
        bool isOpen = method.IsVirtual || method.IsAbstract || method.IsOverride || method.ContainingType?.TypeKind == TypeKind.Interface;
        if (!isOpen)
            return [method];
        IEnumerable<IMethodSymbol> targets = types.Targets.Of(method, declared).Where(target => MayBeOf(target, declared));
        return receiver is { Kind: PathStepKind.This } && symbol is IMethodSymbol around
            ? targets.Where(target => !IsReplaced(around, target.ContainingType))
            : targets;
    }

    /// <summary>Whether a method's class may be that of an object which is declared as a generic interface of some types.</summary>
    private bool MayBeOf(IMethodSymbol target, ITypeSymbol? declared) =>
        declared is not INamedTypeSymbol { TypeKind: TypeKind.Interface, IsGenericType: true } contract || target.ContainingType.IsGenericType
            || contract.TypeArguments.Any(type => type.TypeKind == TypeKind.TypeParameter)
            || !target.ContainingType.AllInterfaces.Any(known => SymbolEqualityComparer.Default.Equals(known.OriginalDefinition, contract.OriginalDefinition))
            || types.Compilation.HasImplicitConversion(target.ContainingType, contract);

    /// <summary>The method that a call runs on an object of a class.</summary>
    private static IMethodSymbol? ImplementationOf(IMethodSymbol method, INamedTypeSymbol type)
    {
        if (method.ContainingType is { TypeKind: TypeKind.Interface })
            return type.FindImplementationForInterfaceMember(method) as IMethodSymbol ?? method;
        if (!(method.IsVirtual || method.IsAbstract || method.IsOverride))
            return method;
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            foreach (IMethodSymbol member in current.GetMembers(method.Name).OfType<IMethodSymbol>())
            {
                for (IMethodSymbol? overridden = member; overridden is not null; overridden = overridden.OverriddenMethod)
                {
                    if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, method.OriginalDefinition))
                        return member;
                }
            }
        }

        return method;
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

    /// <summary>Whether a body may merge, use an adapter, or give an object or a function.</summary>
    private bool IsOfInterest(IMethodSymbol method) =>
        IsOfCompilation(method)
            && (method.MethodKind is MethodKind.Constructor || method.ReturnType is { IsReferenceType: true, SpecialType: not SpecialType.System_String }
                || types.Targets.Of(method).Any(target => types.MayUseAdapter(target, cancellation)) || types.MayUseAdapter(method, cancellation)
                || method.Parameters.Any(parameter => parameter.RefKind is RefKind.Out or RefKind.Ref || parameter.Type.TypeKind == TypeKind.Delegate)
                || types.HoldsFunctions(method.ContainingType)
                || method.MethodKind is MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove);

    private bool IsOfCompilation(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, types.Compilation.Assembly);

    private bool HasBody(IMethodSymbol accessor) => IsOfInterest(accessor)
        && (types.GraphOf(accessor, cancellation) is not null
            || types.Targets.Of(accessor).Any(target => types.GraphOf(target, cancellation) is not null));

    /// <summary>Runs a body in place of a call.</summary>
    private MergeResult? Enter(
        IOperation call,
        IMethodSymbol method,
        ControlFlowGraph body,
        ObjectPath owner,
        IEnumerable<(IParameterSymbol? Parameter, IOperation Value)> arguments,
        MergeState inside)
    {
        IMethodSymbol definition = Bodies.DefinitionOf(method);
        if (definition.ContainingType is { IsExtension: true, ExtensionParameter: { } extended })
            inside = inside.Hold(ObjectPath.Of(extended), owner);
        foreach ((IParameterSymbol? parameter, IOperation value) in arguments)
        {
            if (parameter is null || parameter.Ordinal >= definition.Parameters.Length
                || PlaceOf(definition.Parameters[parameter.Ordinal], owner) is not { } place)
                continue;
            FunctionValue? function = FunctionOf(value);
            inside = inside.Change(place);
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
            _results[call] = (null, null);
            return;
        }

        _state = result.Exit;
        ObjectPath? returned = result.Returned;
        if (returned is not null && (returned.Root.Kind == PathStepKind.Joined || returned.SelfAndHolders().Any(path => IsOfBody(path, method, body))))
        {
            // What a method makes is another object each time.
            bool isMade = returned is { Kind: PathStepKind.Made };
            ObjectPath made = ObjectPath.Made(call.Syntax, returned.Type);
            _state = isMade ? _state.Move(returned, made) : _state.New(made);
            returned = made;
        }

        _results[call] = (returned, result.Function);
        if (isReported && FirstOf(result, method, body, self) is { } finding)
            NoteAt(call, finding);
    }

    /// <summary>Whether a step of a path is of a variable of a body, or of what it makes.</summary>
    private static bool IsOfBody(ObjectPath path, IMethodSymbol method, ControlFlowGraph body) => path.Kind switch
    {
        PathStepKind.Made => path.Place is { } place && IsWithin(place, body.OriginalOperation.Syntax),
        PathStepKind.Variable or PathStepKind.AtVariable =>
            path.Symbol is null || SymbolEqualityComparer.Default.Equals(path.Symbol.ContainingSymbol, Bodies.DefinitionOf(method)),
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

    /// <summary>Whether a model trains more than its adapter, so that training goes on after a merge.</summary>
    private bool TrainsOtherParts(IOperation model) => model.Type is { } type && !types.IsTrainer(type) && types.PartsOf(type).Any(part => part.IsTrainable);

    private static MergeKind KindOf(IInvocationOperation call)
    {
        IOperation? reversible = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == RuntimeNames.Members.Reversible)?.Value;
        return reversible switch
        {
            null or { ConstantValue: { HasValue: true, Value: false } } => MergeKind.ForGood,
            { ConstantValue: { HasValue: true, Value: true } } => MergeKind.Reversible,
            _ => MergeKind.Either,
        };
    }
}
