using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Conditionals: <c>if</c>, and conditional expressions.</content>
internal sealed partial class ForwardLifter
{
    private ConditionalStatement StatementOf(IConditionalOperation conditional) => new(
        _source,
        () => _qualifier.Qualify(conditional.Condition.Syntax),
        after => Continuation.Prepend([conditional.WhenTrue], after),
        after => conditional.WhenFalse is { } otherwise ? Continuation.Prepend([otherwise], after) : after,
        conditional,
        ControlFlow.NeedsTailDuplication(conditional, _types));

    /// <summary>Lifts an <c>if</c>. Where a branch may leave, the continuation is lifted at the end of the branches that do not.</summary>
    private Terminator? LiftConditional(ConditionalStatement conditional, Continuation? continuation)
    {
        OpaqueCode condition = conditional.Condition();
        return conditional.NeedsTailDuplication
            ? LiftExitingConditional(
                conditional.Source, condition, () => LiftStatements(conditional.Then(continuation)), () => LiftStatements(conditional.Else(continuation)))
            : LiftJoiningConditional(conditional, condition);
    }

    /// <summary>Lifts a conditional whose branches join: a variable that they leave with different values gets their phi.</summary>
    private Terminator? LiftJoiningConditional(ConditionalStatement conditional, OpaqueCode condition)
    {
        Dictionary<ISymbol, int> before = _variables;
        LoopState? loop = _loop;
        _loop = null;
        (Region then, Dictionary<ISymbol, int> afterThen) = LiftBranch(() => LiftStatements(conditional.Then(null)), before);
        (Region otherwise, Dictionary<ISymbol, int> afterElse) = LiftBranch(() => LiftStatements(conditional.Else(null)), before);
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

        _operations.Add(new Conditional(
            conditional.Source,
            condition,
            then with { Terminator = new Terminator(TerminatorKind.Yield, new EquatableArray<int>(thenValues)) },
            otherwise with { Terminator = new Terminator(TerminatorKind.Yield, new EquatableArray<int>(elseValues)) },
            new EquatableArray<int>(results)));
        return null;
    }

    /// <summary>Lifts a conditional at the end of a region, each of whose branches has a terminator of its own.</summary>
    private Terminator LiftExitingConditional(string source, OpaqueCode condition, Func<Terminator> liftThen, Func<Terminator> liftElse)
    {
        Dictionary<ISymbol, int> before = _variables;
        bool insideBranch = _insideBranch;
        _insideBranch = true;
        (Region then, _) = LiftBranch(liftThen, before);
        (Region otherwise, _) = LiftBranch(liftElse, before);
        _insideBranch = insideBranch;
        bool yields = _loop is null && (then.Terminator.Kind == TerminatorKind.Yield || otherwise.Terminator.Kind == TerminatorKind.Yield);
        int[] results = yields ? [.. _frame.ResultNames.Select(NewValue)] : [];
        _operations.Add(new Conditional(source, condition, then, otherwise, new EquatableArray<int>(results)));
        if (!yields)
            return new Terminator(TerminatorKind.Unreachable, default);
        return new Terminator(_insideBranch ? TerminatorKind.Yield : TerminatorKind.Return, new EquatableArray<int>(results));
    }

    private int LiftConditionalExpression(Func<OpaqueCode> liftCondition, Func<Terminator> liftThen, Func<Terminator> liftElse, string name)
    {
        OpaqueCode condition = liftCondition();
        Dictionary<ISymbol, int> before = _variables;
        (Region then, Dictionary<ISymbol, int> afterThen) = LiftBranch(liftThen, before);
        (Region otherwise, Dictionary<ISymbol, int> afterElse) = LiftBranch(liftElse, before);
        _variables = before;
        if (before.Any(variable => afterThen[variable.Key] != variable.Value || afterElse[variable.Key] != variable.Value))
            throw new LiftingException(_conditionalBranch!, "An assignment to a tensor inside a conditional expression", "use an if statement");
        int result = NewValue(name);
        _operations.Add(new Conditional(_source, condition, then, otherwise, new EquatableArray<int>([result])));
        return result;
    }

    private (Region Region, Dictionary<ISymbol, int> After) LiftBranch(Func<Terminator> lift, Dictionary<ISymbol, int> before)
    {
        _variables = new Dictionary<ISymbol, int>(before, SymbolEqualityComparer.Default);
        Region region = LiftRegion(lift);
        return (region, _variables);
    }

    private Terminator LiftBranchOf(IOperation value)
    {
        _conditionalBranch = value.Syntax;
        if (Unconverted(value) is IThrowOperation exception)
            return new Terminator(TerminatorKind.Throw, default, _qualifier.Qualify(exception.Syntax, ";"));
        return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([LiftTensor(value)]));
    }
}
