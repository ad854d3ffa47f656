using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content><c>switch</c>, as a statement and as an expression: a chain of conditionals.</content>
internal sealed partial class ForwardLifter
{
    /// <summary>Lowers a <c>switch</c> to a chain of conditionals: one for each section, the default last.</summary>
    private Continuation? LowerSwitch(ISwitchOperation selection, Continuation? continuation)
    {
        ExpressionSyntax value = ((SwitchStatementSyntax)selection.Syntax).Expression;
        string selector = SelectorOf(selection.Value, value);
        string source = _source;
        bool needsTailDuplication = ControlFlow.NeedsTailDuplication(selection, _types);
        ISwitchCaseOperation? otherwise = selection.Cases.FirstOrDefault(section => section.Clauses.Any(clause => clause.CaseKind == CaseKind.Default));
        Func<Continuation?, Continuation?> chain = after => otherwise is null ? after : SectionBefore(after, otherwise);
        foreach (ISwitchCaseOperation section in selection.Cases.Where(section => section != otherwise).Reverse())
        {
            Func<Continuation?, Continuation?> next = chain;
            string line = section.Clauses[0].Syntax.ToString();
            ConditionalStatement statement = new(
                $"{source}: {line}",
                () => ConditionOf(section, selector),
                after => SectionBefore(after, section),
                next,
                selection,
                needsTailDuplication);
            chain = after => new Continuation(statement, after);
        }

        return chain(continuation);

        Continuation? SectionBefore(Continuation? after, ISwitchCaseOperation section)
        {
            _switchContinuations[selection.ExitLabel] = after;
            return Continuation.Prepend(SwitchSections.StatementsOf(section, selection), after);
        }
    }

    private OpaqueCode ConditionOf(ISwitchCaseOperation section, string selector)
    {
        List<object> pieces = [];
        foreach (ICaseClauseOperation clause in section.Clauses)
        {
            if (pieces.Count > 0)
                pieces.Add(" || ");
            pieces.Add($"{selector} is ");
            if (clause.Syntax is CasePatternSwitchLabelSyntax pattern)
            {
                pieces.Add(pattern.Pattern);
                if (pattern.WhenClause is { } guard)
                    pieces.AddRange([" && (", guard.Condition, ")"]);
            }
            else
            {
                pieces.Add(((CaseSwitchLabelSyntax)clause.Syntax).Value);
            }
        }

        return _qualifier.Qualify([.. pieces]);
    }

    private int LiftSwitchExpression(ISwitchExpressionOperation selection, string name)
    {
        SwitchExpressionSyntax syntax = (SwitchExpressionSyntax)selection.Syntax;
        string selector = SelectorOf(selection.Value, syntax.GoverningExpression);
        return Chain(0);

        int Chain(int index)
        {
            ISwitchExpressionArmOperation arm = selection.Arms[index];
            SwitchExpressionArmSyntax armSyntax = syntax.Arms[index];
            bool isLast = arm.Pattern is IDiscardPatternOperation && arm.Guard is null;
            if (isLast)
                return LiftTensor(arm.Value, name);
            return LiftConditionalExpression(
                () => armSyntax.WhenClause is { } guard
                    ? _qualifier.Qualify($"{selector} is ", armSyntax.Pattern, " && (", guard.Condition, ")")
                    : _qualifier.Qualify($"{selector} is ", armSyntax.Pattern),
                () => LiftBranchOf(arm.Value),
                () => LiftElse(index + 1),
                name);
        }

        Terminator LiftElse(int index)
        {
            _conditionalBranch = syntax;
            if (index == selection.Arms.Length)
                return new Terminator(
                    TerminatorKind.Throw, default, OpaqueCode.Of("throw new global::System.Runtime.CompilerServices.SwitchExpressionException();"));
            if (selection.Arms[index] is { Pattern: IDiscardPatternOperation, Guard: null } last)
                return LiftBranchOf(last.Value);
            return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([Chain(index)]));
        }
    }

    /// <summary>A variable that holds what a <c>switch</c> looks at, so that it is evaluated once.</summary>
    private string SelectorOf(IOperation value, ExpressionSyntax syntax)
    {
        if (syntax is IdentifierNameSyntax && ControlFlow.VariableOf(Unconverted(value)) is not null && !_types.IsTensor(value.Type))
            return _qualifier.Qualify(syntax).Print(_ => "");
        string selector = Fresh("selector");
        _operations.Add(new OpaqueStatement(_source, _qualifier.Qualify($"var {selector} = ", syntax, ";")));
        return selector;
    }
}
