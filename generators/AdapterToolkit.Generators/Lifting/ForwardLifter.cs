using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// Lifts the body of a <c>Forward</c> into a <see cref="Graph"/>: every assignment to a tensor variable defines a new value;
/// where ways of control meet, a choice or a loop defines the value that both hand on. Statements follow here, expressions
/// in the other file of the class.
/// </summary>
internal sealed partial class ForwardLifter
{
    private readonly SemanticModel _model;
    private readonly KnownTypes _types;
    private readonly OperatorReader _operators;
    private readonly TextCarrier _carrier;
    private readonly List<string> _names = [];
    private readonly List<DiagnosticSpec> _diagnostics = [];
    private readonly HashSet<string> _selectors = [];
    private readonly HashSet<ISymbol> _unknown = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, StatementQueue?> _afterSwitch = new(SymbolEqualityComparer.Default);
    private Dictionary<ISymbol, int> _variables = new(SymbolEqualityComparer.Default);
    private List<Operation> _operations = [];
    private LoopState? _loop;
    private bool _insideArm;
    private readonly IMethodSymbol _forward;
    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default);
    private string _source = "";
    private SyntaxNode? _conditionalArm;

    private ForwardLifter(SemanticModel model, KnownTypes types, IMethodSymbol forward)
    {
        _forward = forward;
        _model = model;
        _types = types;
        _operators = new OperatorReader(types, model.Compilation, forward.ContainingType);
        _carrier = new TextCarrier(model, types, ValueOf);
    }

    /// <summary>Lifts a method.</summary>
    /// <param name="forward">The method.</param>
    /// <param name="syntax">Its declaration.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="types">The toolkit's types.</param>
    /// <param name="diagnostics">Receives what can't be differentiated.</param>
    /// <returns>The graph; null where something can't be differentiated.</returns>
    public static Graph? Lift(IMethodSymbol forward, MethodDeclarationSyntax syntax, SemanticModel model, KnownTypes types, out IReadOnlyList<DiagnosticSpec> diagnostics)
    {
        ForwardLifter lifter = new(model, types, forward);
        Graph? graph = lifter.Lift(forward, syntax);
        diagnostics = lifter._diagnostics;
        return lifter._diagnostics.Count == 0 ? graph : null;
    }

    private Graph? Lift(IMethodSymbol forward, MethodDeclarationSyntax syntax)
    {
        List<int> inputs = [];
        foreach (IParameterSymbol parameter in forward.Parameters.Where(parameter => _types.IsTensor(parameter.Type)))
        {
            int value = NewValue(parameter.Name);
            _variables[parameter] = value;
            inputs.Add(value);
        }

        if (_model.GetOperation(syntax) is not IMethodBodyOperation method || (method.BlockBody ?? method.ExpressionBody) is not { } body)
            return null;
        _assigned.UnionWith(ControlFlow.AssignedVariables(body));
        if (syntax.ExpressionBody is { } arrow)
            _source = SourceLine.Of(arrow);
        Region region = LiftRegion(StatementQueue.Prepend(body.Operations, null));
        return new Graph(new EquatableArray<string>(_names), new EquatableArray<int>(inputs), region);
    }

    private int NewValue(string name)
    {
        _names.Add(name);
        return _names.Count - 1;
    }

    private int ValueOf(ISymbol variable, SyntaxNode node) => _variables.TryGetValue(variable, out int value)
        ? value
        : throw new LiftingException(node, $"The tensor '{variable.Name}'", "it has no value here that Forward computed; give it one in every case");

    private Region LiftRegion(StatementQueue? queue) => LiftRegion(() => LiftStatements(queue));

    private Region LiftRegion(Func<Terminator> lift)
    {
        List<Operation> outer = _operations;
        _operations = [];
        Terminator end = lift();
        Region region = new(new EquatableArray<Operation>(_operations), end);
        _operations = outer;
        return region;
    }

    private Terminator LiftStatements(StatementQueue? queue)
    {
        while (queue is not null)
        {
            object item = queue.Item;
            queue = queue.Next;
            (List<Operation> operations, Dictionary<ISymbol, int> variables, LoopState? loop, bool insideArm) = (_operations, _variables, _loop, _insideArm);
            try
            {
                if (Lift(item, ref queue) is { } end)
                    return end;
            }
            catch (LiftingException problem)
            {
                Report(problem.Node, problem.What, problem.Remedy);
                (_operations, _variables, _loop, _insideArm) = (operations, variables, loop, insideArm);
                GiveValues(item as IOperation ?? ((ChoiceStatement)item).Whole);
            }
        }

        return EndOfQueue();
    }

    /// <summary>What happens where the statements end: an iteration ends; an arm yields, which its choice completes.</summary>
    private Terminator EndOfQueue() => _loop is { } loop ? loop.End(TerminatorKind.Continue, _variables) : new Terminator(TerminatorKind.Yield, default);

    /// <summary>Lifts one statement.</summary>
    /// <returns>How control leaves; null where it goes on to the next statement.</returns>
    private Terminator? Lift(object item, ref StatementQueue? rest)
    {
        if (item is ChoiceStatement choice)
            return LiftChoice(choice, rest);
        IOperation statement = (IOperation)item;
        if (statement.Syntax is StatementSyntax and not BlockSyntax)
            _source = SourceLine.Of(statement.Syntax);
        switch (statement)
        {
            case IBlockOperation block:
                rest = StatementQueue.Prepend(block.Operations, rest);
                return null;
            case ILabeledOperation labeled:
                rest = labeled.Operation is { } inner ? StatementQueue.Prepend([inner], rest) : rest;
                return null;
            case IReturnOperation { ReturnedValue: { } value }:
                return ReturnValue(LiftTensor(value, "result"));
            case IBranchOperation { BranchKind: BranchKind.Break } jump when _afterSwitch.TryGetValue(jump.Target, out StatementQueue? after):
                rest = after;
                return null;
            case IBranchOperation { BranchKind: BranchKind.Break } when _loop is not null:
                return _loop.End(TerminatorKind.Break, _variables);
            case IBranchOperation { BranchKind: BranchKind.Continue } when _loop is not null:
                return _loop.End(TerminatorKind.Continue, _variables);
            case IEmptyOperation:
                return null;
            case IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation }:
                return new Terminator(TerminatorKind.Throw, default, _carrier.Carry(statement.Syntax));
        }

        if (!ControlFlow.MayLeave(statement) && ControlFlow.IsFreeOfTensors(statement, _types))
        {
            _operations.Add(new CarriedStatement(_source, _carrier.Carry(statement.Syntax)));
            return null;
        }

        switch (statement)
        {
            case IVariableDeclarationGroupOperation declarations:
                LiftDeclarations(declarations);
                return null;
            case IExpressionStatementOperation expression:
                LiftExpressionStatement(expression);
                return null;
            case IConditionalOperation conditional:
                return LiftChoice(ChoiceOf(conditional), rest);
            case ISwitchOperation selection:
                rest = SectionsOf(selection, rest);
                return null;
            case ILoopOperation loop:
                return LiftLoop(loop, rest);
            default:
                throw new LiftingException(statement.Syntax, Describe(statement), "Forward can use locals, operators, modules, if, switch, for, foreach, while and return");
        }
    }

    private void LiftDeclarations(IVariableDeclarationGroupOperation group)
    {
        foreach (IVariableDeclarationOperation declaration in group.Declarations)
        {
            foreach (IVariableDeclaratorOperation declarator in declaration.Declarators)
            {
                if (!_types.IsTensor(declarator.Symbol.Type))
                    throw new LiftingException(declarator.Syntax, $"The declaration of '{declarator.Symbol.Name}', which computes with tensors", "assign each tensor to a local of type Tensor, and read only its shape");
                if (declarator.Symbol.IsRef)
                    throw new LiftingException(declarator.Syntax, $"The reference '{declarator.Symbol.Name}' to a tensor variable", "use the variable itself");
                if (declarator.GetVariableInitializer() is { } initializer)
                    _variables[declarator.Symbol] = LiftTensor(initializer.Value, declarator.Symbol.Name);
            }
        }
    }

    private void LiftExpressionStatement(IExpressionStatementOperation statement)
    {
        IOperation expression = statement.Operation;
        if (expression is IDeconstructionAssignmentOperation { Target: ITupleOperation target, Value: var value } && Unconverted(value) is ITupleOperation source
            && target.Elements.Length == source.Elements.Length && target.Elements.All(element => _types.IsTensor(element.Type) && ControlFlow.VariableOf(element) is not null))
        {
            int[] values = [.. source.Elements.Select((element, i) => LiftTensor(element, ControlFlow.VariableOf(target.Elements[i])!.Name))];
            for (int i = 0; i < values.Length; i++)
                _variables[ControlFlow.VariableOf(target.Elements[i])!] = values[i];
            return;
        }

        if (_types.IsTensor(expression.Type))
            LiftTensor(expression, "unused");
        else
            throw new LiftingException(expression.Syntax, Describe(expression), "it computes with tensors but is no tensor itself; keep tensors in locals of type Tensor");
    }

    private Terminator ReturnValue(int value)
    {
        if (_loop is { } loop)
            return loop.Return(value, _variables, NewValue);
        return new Terminator(_insideArm ? TerminatorKind.Yield : TerminatorKind.Return, new EquatableArray<int>([value]));
    }

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

    private (Region Region, Dictionary<ISymbol, int> After) LiftArm(Func<Terminator> lift, Dictionary<ISymbol, int> before)
    {
        _variables = new Dictionary<ISymbol, int>(before, SymbolEqualityComparer.Default);
        Region region = LiftRegion(lift);
        return (region, _variables);
    }

    private Terminator? LiftLoop(ILoopOperation loop, StatementQueue? rest)
    {
        string source = _source;
        ISymbol[] assigned = [.. ControlFlow.AssignedTensors(loop, _types).Distinct(SymbolEqualityComparer.Default).Where(_variables.ContainsKey)];
        Dictionary<ISymbol, int> before = _variables;
        Dictionary<ISymbol, int> inside = new(before, SymbolEqualityComparer.Default);
        foreach (ISymbol variable in assigned)
            inside[variable] = NewValue(variable.Name);

        LoopState? outer = _loop;
        bool insideArm = _insideArm;
        LoopState state = _loop = new LoopState(assigned);
        _variables = new Dictionary<ISymbol, int>(inside, SymbolEqualityComparer.Default);
        (CarriedText header, CarriedText? footer, string label) = HeaderOf(loop);
        Region body = LiftRegion(StatementQueue.Prepend([loop.Body], null));
        _loop = outer;
        _insideArm = insideArm;

        _variables = before;
        List<Carried> carried = [];
        foreach (ISymbol variable in assigned)
        {
            int after = NewValue(variable.Name);
            carried.Add(new Carried(before[variable], inside[variable], after));
            _variables[variable] = after;
        }

        _operations.Add(new Loop(source, header, footer, label, new EquatableArray<Carried>(carried), state.Returned, body));
        if (state.Returned < 0)
            return null;
        CarriedText returned = new(new EquatableArray<TextPart>([new TextPart("", state.Returned), new TextPart(" is not null", -1)]));
        return LiftLeavingChoice(source, returned, () => ReturnValue(state.Returned), () => LiftStatements(rest));
    }

    private (CarriedText Header, CarriedText? Footer, string Label) HeaderOf(ILoopOperation loop)
    {
        foreach (ILocalSymbol local in loop.Locals)
        {
            if (_types.IsTensor(local.Type))
                throw new LiftingException(loop.Syntax, $"A loop over tensors ('{local.Name}')", "name the tensors one by one, or loop over modules");
        }

        switch (loop.Syntax)
        {
            case ForEachStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                ITypeSymbol type = ((ILocalSymbol)_model.GetDeclaredSymbol(each)!).Type;
                string typeName = type.IsAnonymousType ? "var" : type.ToDisplayString(TextCarrier.TypeFormat);
                return (_carrier.Carry($"foreach ({typeName} {each.Identifier.Text} in ", each.Expression, ")"), null, each.Identifier.ValueText);
            case ForEachVariableStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                return (_carrier.Carry("foreach (", each.Variable, " in ", each.Expression, ")"), null, "iteration");
            case ForStatementSyntax counting:
                return (ForHeader(counting), null, "iteration");
            case WhileStatementSyntax loopWhile:
                return (_carrier.Carry("while (", loopWhile.Condition, ")"), null, "iteration");
            case DoStatementSyntax loopUntil:
                return (CarriedText.Of("do"), _carrier.Carry("while (", loopUntil.Condition, ");"), "iteration");
            default:
                throw new LiftingException(loop.Syntax, "This kind of loop", "use for, foreach, while or do");
        }
    }

    private CarriedText ForHeader(ForStatementSyntax loop)
    {
        List<object> pieces = ["for ("];
        if (loop.Declaration is not null)
            pieces.Add(loop.Declaration);
        AddSeparated(loop.Initializers);
        pieces.Add("; ");
        if (loop.Condition is not null)
            pieces.Add(loop.Condition);
        pieces.Add("; ");
        AddSeparated(loop.Incrementors);
        pieces.Add(")");
        return _carrier.Carry([.. pieces]);

        void AddSeparated(SeparatedSyntaxList<ExpressionSyntax> expressions)
        {
            for (int i = 0; i < expressions.Count; i++)
            {
                if (i > 0)
                    pieces.Add(", ");
                pieces.Add(expressions[i]);
            }
        }
    }

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

    /// <summary>A variable that holds what a <c>switch</c> looks at, so that it is evaluated once.</summary>
    private string SelectorOf(IOperation value, ExpressionSyntax syntax)
    {
        if (syntax is IdentifierNameSyntax name && ControlFlow.VariableOf(Unconverted(value)) is not null && !_types.IsTensor(value.Type))
            return name.Identifier.Text;
        string selector = "selector";
        for (int i = 2; _model.LookupSymbols(syntax.SpanStart, name: selector).Length > 0 || !_selectors.Add(selector); i++)
            selector = $"selector{i}";
        _operations.Add(new CarriedStatement(_source, _carrier.Carry($"var {selector} = ", syntax, ";")));
        return selector;
    }

    private bool BeginsWithUnknown(SyntaxNode node) =>
        node.GetFirstToken().Parent is IdentifierNameSyntax name && _model.GetSymbolInfo(name).Symbol is { } symbol && _unknown.Contains(symbol);

    private void Report(SyntaxNode node, string what, string remedy)
    {
        if (BeginsWithUnknown(node) || (node.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && BeginsWithUnknown(call)))
            return;
        LocationSpec location = LocationSpec.From(node.GetLocation());
        DiagnosticSpec diagnostic = new("ADT0201", location, new EquatableArray<string>([what, remedy]));
        if (!_diagnostics.Any(other => other.Location == location))
            _diagnostics.Add(diagnostic);
    }

    /// <summary>
    /// Gives values to what a statement with an error would have assigned, so that the error is reported once: what is made of
    /// its other variables, such as a call of the lambda that could not be lifted, is no second one.
    /// </summary>
    private void GiveValues(IOperation statement)
    {
        foreach (IOperation descendant in statement.DescendantsAndSelf())
        {
            if (descendant is not IVariableDeclaratorOperation declarator)
                continue;
            if (!_types.IsTensor(declarator.Symbol.Type))
                _unknown.Add(declarator.Symbol);
            else if (!_variables.ContainsKey(declarator.Symbol))
                _variables[declarator.Symbol] = NewValue(declarator.Symbol.Name);
        }

        foreach (ISymbol variable in ControlFlow.AssignedTensors(statement, _types))
        {
            if (!_variables.ContainsKey(variable))
                _variables[variable] = NewValue(variable.Name);
        }
    }

    /// <summary>The loop around the statement that is being lifted.</summary>
    private sealed class LoopState(IReadOnlyList<ISymbol> carried)
    {
        /// <summary>The value that is returned from inside the loop; -1 where none is.</summary>
        public int Returned { get; private set; } = -1;

        /// <summary>Ends the iteration with the present values of the carried variables.</summary>
        public Terminator End(TerminatorKind kind, Dictionary<ISymbol, int> variables) =>
            new(kind, new EquatableArray<int>(carried.Select(variable => variables[variable])));

        /// <summary>Leaves the loop to return a value.</summary>
        public Terminator Return(int value, Dictionary<ISymbol, int> variables, Func<string, int> newValue)
        {
            if (Returned < 0)
                Returned = newValue("returned");
            return new Terminator(TerminatorKind.ReturnFromLoop, new EquatableArray<int>(carried.Select(variable => variables[variable]).Append(value)));
        }
    }
}
