using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>What collections hold: how they are filled, what calls take out of them, and the loops over them.</content>
internal sealed partial class MergeFlow
{
    /// <summary>Notes the elements of a collection that is made.</summary>
    private void Fill(IOperation collection, ImmutableArray<IOperation> elements)
    {
        ObjectPath made = ObjectPath.Made(collection.Syntax);
        ObjectPath[] known = [.. elements.Select(PathOf).OfType<ObjectPath>()];
        FunctionValue?[] functions = [.. elements.Select(FunctionOf)];
        _state = _state.New(made);
        if (known.Length != elements.Length || known.Length > Turns.MostElements || elements.Any(element => element is ISpreadOperation))
            return;
        _state = _state.Fill(made, [.. known]);
        for (int i = 0; i < functions.Length; i++)
        {
            if (functions[i] is { } function)
                _state = _state.Hold(known[i], function);
        }
    }

    /// <summary>A call changes the elements of a collection.</summary>
    private void ChangeContents(IInvocationOperation call)
    {
        if (!SystemCalls.IsOfSystem(call.TargetMethod))
            return;
        if (SystemCalls.MovesElements(call.TargetMethod))
        {
            foreach (ObjectPath moved in call.Arguments.Select(argument => PathOf(argument.Value)).OfType<ObjectPath>())
            {
                LosePositions(moved);
                if (!_state.ContentsOf(moved).IsDefault && call.Instance is null)
                    _state = _state.Fill(moved, default);
            }
        }

        if (call.Instance is not { } instance || PathOf(instance) is not { } collection)
            return;
        if (SystemCalls.MovesElements(call.TargetMethod))
            LosePositions(collection);
        if (SystemCalls.RemovesElement(call.TargetMethod))
            Take(call, collection);
        else if (SystemCalls.TakesElement(call.TargetMethod))
            _state = _state.New(collection.Selected(call.Syntax) ?? collection);
        if (call.TargetMethod.Name == "Clear" && collection.Elements() is { } cleared)
            _state = _state.New(cleared);
        if (SystemCalls.TakesElement(call.TargetMethod) || SystemCalls.AddElements(call.TargetMethod.Name) || call.TargetMethod.Name is "Clear" or "Remove")
            _state = _state.Change(collection);
        if (SystemCalls.AddElements(call.TargetMethod.Name) && call.Arguments is [{ Value: var key }, { Value: var item }]
            && PlaceAt(instance, key) is { } place && PathOf(item) is { Root.Kind: not PathStepKind.Joined } held)
            _state = _state.Hold(place, held);
        if (SystemCalls.AddElements(call.TargetMethod.Name))
            _state = _state.Renew(end => end.Key is FromEnd && collection.Equals(end.Holder));
        if (SystemCalls.RemovesElement(call.TargetMethod) || _state.ContentsOf(collection) is not { IsDefault: false } elements)
            return;
        switch (call.TargetMethod.Name)
        {
            case "Add" or "Enqueue" or "Push" or "AddLast" when call.Arguments is [{ Value: var added }]:
                if (call.TargetMethod.ReturnsVoid || PathOf(added) is not { } one || !elements.Contains(one))
                    AddTo(collection, elements, added);
                break;
            case "Add" when call.Arguments is [_, { Value: var added }] && SystemCalls.IsDictionary(call.TargetMethod.ContainingType):
                AddTo(collection, elements, added);
                break;
            case "GetEnumerator" or "ForEach" or "Contains" or "ToArray" or "TrueForAll" or "ConvertAll" or "Find" or "Exists" or "IndexOf" or "Peek"
                or "TryPeek":
                break;
            case "Clear":
                _state = _state.Fill(collection, []);
                break;
            default:
                _state = _state.Fill(collection, default);
                break;
        }
    }

    /// <summary>An element is taken out of a collection: the first of a queue, the last of a stack, the one that there is of any other.</summary>
    private void Take(IInvocationOperation call, ObjectPath collection)
    {
        ImmutableArray<ObjectPath> elements = _state.ContentsOf(collection);
        int taken = elements.IsDefaultOrEmpty ? -1
            : call.TargetMethod.Name is "Dequeue" or "TryDequeue" ? 0
            : call.TargetMethod.Name is "Pop" or "TryPop" ? elements.Length - 1
            : elements.Length == 1 ? 0
            : -1;
        if (taken >= 0)
        {
            _results[call] = (elements[taken], _state.FunctionAt(elements[taken]));
            _state = _state.Fill(collection, elements.RemoveAt(taken));
            return;
        }

        if (!elements.IsDefault)
            _state = _state.Fill(collection, default);
        if (collection.Taken(call.Syntax) is { } next)
            _state = _state.Take(next);
    }

    private void AddTo(ObjectPath collection, ImmutableArray<ObjectPath> elements, IOperation added)
    {
        bool isKnown = elements.Length < Turns.MostElements && PathOf(added) is { Root.Kind: not PathStepKind.Joined };
        _state = _state.Fill(collection, isKnown ? elements.Add(PathOf(added)!) : default);
        if (isKnown && FunctionOf(added) is { } function)
            _state = _state.Hold(PathOf(added)!, function);
    }

    /// <summary>A loop ends: it has gone through all elements and, where it takes merges of them back, of all.</summary>
    private MergeState EndLoop(MergeState state, ObjectPath sequence, SyntaxNode condition)
    {
        if (sequence.Holder is { } collection && state.ContentsOf(collection) is { IsDefault: false, IsEmpty: false } elements)
            return state.EndLoop(sequence, Turns.Of(elements.Length - 1));
        if (condition.FirstAncestorOrSelf<CommonForEachStatementSyntax>() is not { } loop || !types.TakesBack(loop, cancellation))
            return state.LeaveLoop(sequence);
        return sequence.Root.Kind is PathStepKind.Made or PathStepKind.Joined ? state.Forget(sequence).ForgetReversible() : state.Forget(sequence);
    }
}
