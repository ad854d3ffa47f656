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
            if (Expression.Unconverted(argument.Value) is not IDelegateCreationOperation || (!fails && types.Declares(call.TargetMethod)))
                Visit(argument.Value);
        }

        if (fails)
            return;
        _results.Remove(call);
        if (Fork([Receiver.Of(call), .. call.Arguments.Select(argument => argument.Value)], () => Call(call)) && _results.ContainsKey(call))
            _results[call] = (null, null);
        foreach (IArgumentOperation argument in call.Arguments.Where(argument => argument.Parameter?.RefKind is RefKind.Out or RefKind.Ref))
            GiveBack(call, argument);
        SucceedOnce(call);
    }

    /// <summary>Lets a variable or member hold what a call gives it.</summary>
    private void GiveBack(IInvocationOperation call, IArgumentOperation argument)
    {
        if (PlaceOf(argument.Value) is not { } changed || SystemCalls.OnlyReads(call.TargetMethod) || (IsDelegate(argument.Value) && !changed.IsVariable))
            return;
        if (SystemCalls.Counts(call.TargetMethod))
        {
            _state = _state.Change(changed, isNeverTheSame: true);
            return;
        }

        if (SystemCalls.Exchanges(call.TargetMethod) && argument.Value.Type is { IsValueType: true })
        {
            Exchange(call, changed);
            return;
        }

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

    /// <summary>A flag or number is given another value, and the call gives the one before: who sees that goes on alone.</summary>
    private void Exchange(IInvocationOperation call, ObjectPath changed)
    {
        Exchanged(call, changed);
        bool compares = call.TargetMethod.Name == "CompareExchange";
        Optional<object?> given = ConstantOf("value"), compared = compares ? ConstantOf("comparand") : default;
        if (!given.HasValue || (compares && (!compared.HasValue || Equals(given.Value, compared.Value))))
            return;
        // An exchange that is made only where it finds one value leaves any other but that.
        (object? value, bool isHeld) = compares ? (compared.Value, false) : (given.Value, true);
        PlaceTerm place = new(changed);
        _state = value is bool flag ? _state.Know(new Condition(place), flag == isHeld) : _state.Know(new Condition(place, new ConstantTerm(value)), isHeld);

        Optional<object?> ConstantOf(string parameter) =>
            call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == parameter)?.Value.ConstantValue ?? default;
    }

    /// <summary>Something is put into a collection, or taken out of it: the call tells who does that first.</summary>
    private void SucceedOnce(IInvocationOperation call)
    {
        if (!SystemCalls.SucceedsOnce(call.TargetMethod) || (PlaceOf(call.Instance!) ?? PathOf(call.Instance)) is not { } collection)
            return;
        Exchanged(call, collection);
        _state = _state.Know(collection, true);
    }

    /// <summary>A call changes a variable or member, and gives what it held before.</summary>
    private void Exchanged(IInvocationOperation call, ObjectPath changed)
    {
        ObjectPath before = ObjectPath.Made(call.Syntax);
        _state = _state.Change(before).Copy(changed, before).Change(changed);
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
        else if (call.TargetMethod is { MethodKind: MethodKind.Constructor, ContainingType: { } type } constructor && types.Declares(constructor)
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
