using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content><c>switch</c>, as a statement and as an expression: a chain of choices.</content>
internal sealed partial class ForwardLifter
{
    /// <summary>Makes a chain of choices of a <c>switch</c>: one for each section, the default last.</summary>
    private StatementQueue? SectionsOf(ISwitchOperation choice, StatementQueue? rest)
    {
        ExpressionSyntax value = ((SwitchStatementSyntax)choice.Syntax).Expression;
        string selector = SelectorOf(choice.Value, value);
        string source = _source;
        bool needsRest = ControlFlow.NeedsRest(choice, _types);
        ISwitchCaseOperation? otherwise = choice.Cases.FirstOrDefault(section => section.Clauses.Any(clause => clause.CaseKind == CaseKind.Default));
        Func<StatementQueue?, StatementQueue?> chain = after => otherwise is null ? after : SectionBefore(after, otherwise);
        foreach (ISwitchCaseOperation section in choice.Cases.Where(section => section != otherwise).Reverse())
        {
            Func<StatementQueue?, StatementQueue?> next = chain;
            string line = section.Clauses[0].Syntax.ToString();
            ChoiceStatement statement = new(
                $"{source}: {line}",
                () => ConditionOf(section, selector),
                after => SectionBefore(after, section),
                next,
                choice,
                needsRest);
            chain = after => new StatementQueue(statement, after);
        }

        return chain(rest);

        StatementQueue? SectionBefore(StatementQueue? after, ISwitchCaseOperation section)
        {
            _afterSwitch[choice.ExitLabel] = after;
            return StatementQueue.Prepend(SwitchSections.StatementsOf(section, choice), after);
        }
    }

    private CarriedText ConditionOf(ISwitchCaseOperation section, string selector)
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

        return _carrier.Carry([.. pieces]);
    }

    private int LiftSwitchExpression(ISwitchExpressionOperation choice, string name)
    {
        SwitchExpressionSyntax syntax = (SwitchExpressionSyntax)choice.Syntax;
        string selector = SelectorOf(choice.Value, syntax.GoverningExpression);
        return Chain(0);

        int Chain(int index)
        {
            ISwitchExpressionArmOperation arm = choice.Arms[index];
            SwitchExpressionArmSyntax armSyntax = syntax.Arms[index];
            bool isLast = arm.Pattern is IDiscardPatternOperation && arm.Guard is null;
            if (isLast)
                return LiftTensor(arm.Value, name);
            return LiftConditional(
                () => armSyntax.WhenClause is { } guard
                    ? _carrier.Carry($"{selector} is ", armSyntax.Pattern, " && (", guard.Condition, ")")
                    : _carrier.Carry($"{selector} is ", armSyntax.Pattern),
                () => LiftArmOf(arm.Value),
                () => LiftElse(index + 1),
                name);
        }

        Terminator LiftElse(int index)
        {
            _conditionalArm = syntax;
            if (index == choice.Arms.Length)
                return new Terminator(
                    TerminatorKind.Throw, default, CarriedText.Of("throw new global::System.Runtime.CompilerServices.SwitchExpressionException();"));
            if (choice.Arms[index] is { Pattern: IDiscardPatternOperation, Guard: null } last)
                return LiftArmOf(last.Value);
            return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([Chain(index)]));
        }
    }

    /// <summary>A variable that holds what a <c>switch</c> looks at, so that it is evaluated once.</summary>
    private string SelectorOf(IOperation value, ExpressionSyntax syntax)
    {
        if (syntax is IdentifierNameSyntax name && ControlFlow.VariableOf(Unconverted(value)) is not null && !_types.IsTensor(value.Type))
            return name.Identifier.Text;
        string selector = "selector";
        for (int i = 2; IsTaken(selector, syntax) || !_selectors.Add(selector); i++)
            selector = $"selector{i}";
        _operations.Add(new CarriedStatement(_source, _carrier.Carry($"var {selector} = ", syntax, ";")));
        return selector;
    }

    /// <summary>
    /// Whether a new variable of a name would hide a member, or another variable of <c>Forward</c>. Types are written in full, so that none is
    /// hidden.
    /// </summary>
    private bool IsTaken(string name, SyntaxNode place) => _model.LookupSymbols(place.SpanStart, name: name).Any(symbol => symbol switch
    {
        INamespaceOrTypeSymbol => false,
        ILocalSymbol or IMethodSymbol { MethodKind: MethodKind.LocalFunction } => SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, _forward),
        _ => true,
    });
}
