using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Assignments, and the patterns that declare variables.</content>
internal sealed partial class MergeFlow
{
    /// <summary>Visits what leads to the target of an assignment, and not the target, which is not read.</summary>
    private void VisitTarget(IOperation target)
    {
        if (target is IMemberReferenceOperation or IArrayElementReferenceOperation)
            VisitChildren(target);
    }

    private void Assign(IOperation target, IOperation value, SyntaxNode place)
    {
        target = Expression.Declared(target);
        if (target is IFlowCaptureReferenceOperation reference && _captured.TryGetValue(reference.Id, out IOperation? captured))
            Assign(captured, value, place);
        else if (!types.Leading.Matter(target.Type))
            Change(target, isNeverTheSame: IsElement(value));
        else if (target is IPropertyReferenceOperation { Property.SetMethod: { } setter } property && HasBody(setter))
            Call(property, CallSite.On(setter, property.Instance, [.. property.Arguments.Select(argument => argument.Value), value]));
        else if (PlaceOf(target) is { IsVariable: true } variable)
            AssignVariable(variable, value, place);
        else if (PlaceOf(target) is { } member)
            AssignMember(member, value, place);
    }

    private void AssignVariable(ObjectPath variable, IOperation value, SyntaxNode place)
    {
        ObjectPath? sequence = ElementOf(value), held = PathOf(value);
        FunctionValue? function = FunctionOf(value);
        _state = _state.Change(variable, isNeverTheSame: IsElement(value)).New(ObjectPath.JoinedOf(variable));
        if (sequence?.Iteration(place) is { } element && IsOfLoop(value))
            _state = _state.New(element).Hold(variable, element).NextTurn(sequence);
        else if (sequence is { Kind: PathStepKind.Elements, Holder: { } collection } && collection.Taken(place) is { } taken)
            _state = _state.Take(taken).Hold(variable, taken);
        else if (sequence is null && held is { Root.Kind: not PathStepKind.Joined })
            _state = _state.Hold(variable, held);
        else
            _state = HoldNew(_state, variable, place);
        if (sequence is not null)
            _state = _state.ReleaseFunction(variable);
        else
            HoldFunction(variable, value, function);
        Know(variable, value);
    }

    private void AssignMember(ObjectPath member, IOperation value, SyntaxNode place)
    {
        ObjectPath? held = PathOf(value);
        FunctionValue? function = FunctionOf(value);
        bool isNew = _state.Given(member) is null;
        if (isNew)
            _state = _state.Forget(member);
        _state = _state.Change(member);
        _state = held is { Root.Kind: not PathStepKind.Joined } ? _state.Hold(member, held) : HoldNew(_state, member, place);
        if (member is { Kind: PathStepKind.At or PathStepKind.AtVariable, Holder: { } collection })
        {
            if (isNew && member.Key is DictionaryKey && _state.ContentsOf(collection) is { IsDefault: false } elements)
                AddTo(collection, elements, value);
            else
                _state = _state.Fill(collection, default);
        }

        HoldFunction(member, value, function);
        Know(member, value);
    }

    /// <summary>Lets the variables that a pattern declares hold what it is matched with, or an object that was not seen before.</summary>
    private void Declare(IIsPatternOperation match)
    {
        foreach (IPatternOperation pattern in match.Pattern.DescendantsAndSelf().OfType<IPatternOperation>())
        {
            if (Expression.DeclaredBy(pattern) is not { } declared || !types.Leading.Matter((declared as ILocalSymbol)?.Type))
                continue;
            ObjectPath variable = ObjectPath.Of(declared);
            _state = _state.Change(variable).New(ObjectPath.JoinedOf(variable));
            _state = pattern == match.Pattern && PathOf(match.Value) is { Root.Kind: not PathStepKind.Joined } held
                ? _state.Hold(variable, held)
                : HoldNew(_state, variable, pattern.Syntax);
        }
    }

    private void Deconstruct(IOperation target, IOperation value, SyntaxNode place)
    {
        target = Expression.Declared(target);
        value = Expression.Unconverted(value);
        if (target is not ITupleOperation targets)
        {
            Assign(target, value, target.Syntax);
            return;
        }

        ObjectPath? sequence = ElementOf(value), whole = value is ITupleOperation ? null : PathOf(value);
        if (sequence?.Iteration(place) is { } element)
        {
            _state = _state.New(element).NextTurn(sequence);
            whole = element;
        }

        for (int i = 0; i < targets.Elements.Length; i++)
        {
            IOperation part = Expression.Declared(targets.Elements[i]);
            if (whole is not null && PlaceOf(part) is { IsVariable: true } variable && (sequence is not null || FieldOf(value.Type, i) is not null))
            {
                ObjectPath held = FieldOf(value.Type, i) is { } field && whole.Member(field) is { } member ? PartOf(whole, member, part.Type) : whole;
                _state = _state.Change(variable, isNeverTheSame: sequence is not null).New(ObjectPath.JoinedOf(variable));
                _state = _state.Hold(variable, held).ReleaseFunction(variable);
            }
            else
            {
                Deconstruct(part, value is ITupleOperation values && values.Elements.Length > i ? values.Elements[i] : value, place);
            }
        }
    }

    private void Compound(ICompoundAssignmentOperation assignment)
    {
        if (CallSite.Of(assignment) is { } site && HasBody(site.Method))
            CallOperator(assignment, site);
        bool isNeverTheSame = assignment.Value.ConstantValue.HasValue && assignment.OperatorKind is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract;
        bool isDelegate = IsDelegate(assignment.Target);
        FunctionValue? changed = isDelegate ? Combined(FunctionBefore(assignment.Target), assignment.OperatorKind, FunctionOf(assignment.Value)) : null;
        Change(assignment.Target, isNeverTheSame);
        if (isDelegate && PlaceOf(assignment.Target) is { } place)
            _state = _state.Hold(place, changed);
    }

    private void Change(IOperation target, bool isNeverTheSame)
    {
        if (PlaceOf(target) is { } place)
            _state = _state.Change(place, isNeverTheSame);
    }
}
