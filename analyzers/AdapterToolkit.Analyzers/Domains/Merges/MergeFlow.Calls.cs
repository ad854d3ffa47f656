using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Calls: of the toolkit, and of bodies of the compilation.</content>
internal sealed partial class MergeFlow
{
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
            GiveBack(call, argument);
    }

    /// <summary>Lets a variable or member hold what a call gives it.</summary>
    private void GiveBack(IInvocationOperation call, IArgumentOperation argument)
    {
        if (PlaceOf(argument.Value) is not { } changed || SystemCalls.OnlyReads(call.TargetMethod) || (IsDelegate(argument.Value) && !changed.IsVariable))
            return;
        ObjectPath? given = !SystemCalls.IsOfSystem(call.TargetMethod) ? null
            : SystemCalls.TakesElement(call.TargetMethod) ? PathOf(call)
            : call is { TargetMethod.Name: "TryGetValue", Arguments: [{ Value: var key }, _] } && PlaceAt(call.Instance, key) is { } place
                ? PartOf(place.Holder, place, argument.Value.Type)
            : null;
        given ??= _results.ContainsKey(call) && argument.Parameter is { } parameter ? _state.Given(ObjectPath.Of(parameter)) : null;
        if (changed.IsVariable)
            _state = _state.Change(changed).New(ObjectPath.JoinedOf(changed));
        else if (_state.Given(changed) is null)
            _state = _state.Forget(changed);
        _state = given is { Root.Kind: not PathStepKind.Joined } ? _state.Hold(changed, given) : HoldNew(_state, changed, argument.Syntax);
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

    /// <summary>A call of a delegate, of a body of the compilation, or of another assembly.</summary>
    private void CallOther(IInvocationOperation call)
    {
        CallSite site = CallSite.Of(call)!;
        if (call.TargetMethod.MethodKind == MethodKind.DelegateInvoke)
        {
            if (FunctionOf(call.Instance) is { } function)
                CallFunction(call, function, site.Arguments);
            else
                LoseReachable(call);
        }
        else if (call.TargetMethod is { MethodKind: MethodKind.Constructor, ContainingType: { } type } constructor && IsOfCompilation(constructor)
            && !types.Known.IsModule(type) && !SymbolEqualityComparer.Default.Equals(type, symbol.ContainingType))
        {
            // The initializers of a base class run with its constructor.
            Give(constructor, self, site.Arguments);
            Initialize(call, type.OriginalDefinition, self);
            Call(call, site);
        }
        else if (!Call(call, site))
        {
            if (OfSystemCall(call) is { Kind: PathStepKind.Elements, Holder: { } collection } sequence
                && _state.ContentsOf(collection) is { IsDefault: false, IsEmpty: false })
                _state = _state.StartLoop(sequence);
            ListFunctions(call);
            ChangeContents(call);
            RunFunctions(call);
            LoseReachable(call);
        }
    }

    private void CallOperator(IOperation operation, CallSite site) =>
        Fork([site.Receiver, .. site.Arguments.Select(argument => argument.Value)], () => Call(operation, site));
}
