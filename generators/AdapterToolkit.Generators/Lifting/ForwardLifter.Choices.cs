using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Choices between two ways: <c>if</c>, and conditional expressions.</content>
internal sealed partial class ForwardLifter
{
    private ChoiceStatement ChoiceOf(IConditionalOperation conditional) => new(
        _source,
        () => _carrier.Carry(conditional.Condition.Syntax),
        rest => StatementQueue.Prepend([conditional.WhenTrue], rest),
        rest => conditional.WhenFalse is { } otherwise ? StatementQueue.Prepend([otherwise], rest) : rest,
        conditional,
        ControlFlow.NeedsRest(conditional, _types));

    /// <summary>Lifts an <c>if</c>. Where an arm may leave, what follows is lifted at the end of the arms that do not.</summary>
    private Terminator? LiftChoice(ChoiceStatement choice, StatementQueue? rest)
    {
        CarriedText condition = choice.Condition();
        return choice.NeedsRest
            ? LiftLeavingChoice(choice.Source, condition, () => LiftStatements(choice.Then(rest)), () => LiftStatements(choice.Else(rest)))
            : LiftMeetingChoice(choice, condition);
    }

    /// <summary>Lifts a choice behind which control goes on: variables that its arms leave with different values get a new one.</summary>
    private Terminator? LiftMeetingChoice(ChoiceStatement choice, CarriedText condition)
    {
        Dictionary<ISymbol, int> before = _variables;
        LoopState? loop = _loop;
        _loop = null;
        (Region then, Dictionary<ISymbol, int> afterThen) = LiftArm(() => LiftStatements(choice.Then(null)), before);
        (Region otherwise, Dictionary<ISymbol, int> afterElse) = LiftArm(() => LiftStatements(choice.Else(null)), before);
        _loop = loop;
        _variables = new Dictionary<ISymbol, int>(SymbolEqualityComparer.Default);
        List<int> results = [], thenValues = [], elseValues = [];
        foreach (KeyValuePair<ISymbol, int> variable in afterThen)
        {
            if (!afterElse.TryGetValue(variable.Key, out int elseValue))
                continue;
            if (elseValue == variable.Value)
            {
                _variables[variable.Key] = elseValue;
                continue;
            }

            int result = NewValue(variable.Key.Name);
            results.Add(result);
            thenValues.Add(variable.Value);
            elseValues.Add(elseValue);
            _variables[variable.Key] = result;
        }

        _operations.Add(new Choice(
            choice.Source,
            condition,
            then with { End = new Terminator(TerminatorKind.Yield, new EquatableArray<int>(thenValues)) },
            otherwise with { End = new Terminator(TerminatorKind.Yield, new EquatableArray<int>(elseValues)) },
            new EquatableArray<int>(results)));
        return null;
    }

    /// <summary>Lifts a choice at the end of a region, whose arms end themselves.</summary>
    private Terminator LiftLeavingChoice(string source, CarriedText condition, Func<Terminator> liftThen, Func<Terminator> liftElse)
    {
        Dictionary<ISymbol, int> before = _variables;
        bool insideArm = _insideArm;
        _insideArm = true;
        (Region then, _) = LiftArm(liftThen, before);
        (Region otherwise, _) = LiftArm(liftElse, before);
        _insideArm = insideArm;
        bool yields = _loop is null && (then.End.Kind == TerminatorKind.Yield || otherwise.End.Kind == TerminatorKind.Yield);
        int[] results = yields ? [NewValue("result")] : [];
        _operations.Add(new Choice(source, condition, then, otherwise, new EquatableArray<int>(results)));
        if (!yields)
            return new Terminator(TerminatorKind.Arms, default);
        return new Terminator(_insideArm ? TerminatorKind.Yield : TerminatorKind.Return, new EquatableArray<int>(results));
    }

    private int LiftConditional(Func<CarriedText> carryCondition, Func<Terminator> liftThen, Func<Terminator> liftElse, string name)
    {
        CarriedText condition = carryCondition();
        Dictionary<ISymbol, int> before = _variables;
        (Region then, Dictionary<ISymbol, int> afterThen) = LiftArm(liftThen, before);
        (Region otherwise, Dictionary<ISymbol, int> afterElse) = LiftArm(liftElse, before);
        _variables = before;
        if (before.Any(variable => afterThen[variable.Key] != variable.Value || afterElse[variable.Key] != variable.Value))
            throw new LiftingException(_conditionalArm!, "An assignment to a tensor inside a conditional expression", "use an if statement");
        int result = NewValue(name);
        _operations.Add(new Choice(_source, condition, then, otherwise, new EquatableArray<int>([result])));
        return result;
    }

    private (Region Region, Dictionary<ISymbol, int> After) LiftArm(Func<Terminator> lift, Dictionary<ISymbol, int> before)
    {
        _variables = new Dictionary<ISymbol, int>(before, SymbolEqualityComparer.Default);
        Region region = LiftRegion(lift);
        return (region, _variables);
    }

    private Terminator LiftArmOf(IOperation value)
    {
        _conditionalArm = value.Syntax;
        if (Unconverted(value) is IThrowOperation exception)
            return new Terminator(TerminatorKind.Throw, default, _carrier.Carry(exception.Syntax, ";"));
        return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([LiftTensor(value)]));
    }
}
