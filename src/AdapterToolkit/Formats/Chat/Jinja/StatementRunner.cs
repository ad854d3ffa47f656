namespace AdapterToolkit.Formats.Jinja;

/// <summary>Runs statements.</summary>
internal sealed class StatementRunner(Evaluator evaluator, Budget budget)
{
    /// <summary>How a statement was left.</summary>
    private enum Flow
    {
        /// <summary>The next statement follows.</summary>
        Next,

        /// <summary>By <c>break</c>.</summary>
        Break,

        /// <summary>By <c>continue</c>.</summary>
        Continue,
    }

    /// <summary>Runs statements that no <c>break</c> or <c>continue</c> leaves.</summary>
    public void Run(IReadOnlyList<Statement> body, Scope scope, Output output) => RunAll(body, scope, output);

    private Flow RunAll(IReadOnlyList<Statement> body, Scope scope, Output output)
    {
        foreach (Statement statement in body)
        {
            Flow flow = RunOne(statement, scope, output);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    private Flow RunOne(Statement statement, Scope scope, Output output)
    {
        Budget.EnsureStack();
        budget.Spend();
        switch (statement)
        {
            case TextStatement text:
                evaluator.Offset = text.Offset;
                output.Write(text.Text);
                return Flow.Next;
            case OutputStatement written:
                object value = evaluator.Evaluate(written.Value, scope);
                evaluator.Offset = written.Offset;
                evaluator.Captured.Write(evaluator.Text(value), output);
                return Flow.Next;
            case IfStatement choice:
                return RunIf(choice, scope, output);
            case ForStatement loop:
                return RunFor(loop, evaluator.Evaluate(loop.Items, scope), 0, scope, output);
            case SetStatement set:
                Assign(set.Target, evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case SetBlockStatement set:
                return RunSetBlock(set, scope);
            case FilterBlockStatement filter:
                return RunFilterBlock(filter, scope, output);
            case WithStatement with:
                return RunWith(with, scope, output);
            case MacroStatement macro:
                scope.Set(macro.Definition.Name, new MacroValue(macro.Definition, scope, evaluator));
                return Flow.Next;
            case CallBlockStatement call:
                RunCallBlock(call, scope, output);
                return Flow.Next;
            case GenerationStatement generation:
                RunGeneration(generation, scope, output);
                return Flow.Next;
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            default:
                throw new InvalidOperationException($"The statement {statement.GetType().Name} is not run.");
        }
    }

    private Flow RunIf(IfStatement choice, Scope scope, Output output)
    {
        foreach ((Expression test, IReadOnlyList<Statement> body) in choice.Branches)
        {
            if (Truth.Of(evaluator.Evaluate(test, scope)))
                return RunAll(body, scope, output);
        }

        return RunAll(choice.Otherwise, scope, output);
    }

    private Flow RunFor(ForStatement statement, object value, int depth, Scope scope, Output output)
    {
        evaluator.Offset = statement.Offset;
        IEnumerable<object> items = Iteration.Items(value);
        if (statement.Filter is not null)
            items = items.Where(item => PassesFilter(statement, item, scope));
        var loop = new LoopValue(items, depth, budget, statement.IsRecursive ? Recurse : null);

        // As in Jinja, a pass that 'break' or 'continue' ends does not count: after such passes only, 'else' runs.
        bool ranThrough = false;
        while (loop.Next() is { } item)
        {
            var pass = new Scope(scope);
            evaluator.Offset = statement.Offset;
            Assign(statement.Target, item, pass);
            pass.Set("loop", loop);
            Flow flow = RunAll(statement.Body, pass, output);
            if (flow == Flow.Break)
                break;
            ranThrough |= flow == Flow.Next;
        }

        return ranThrough ? Flow.Next : RunAll(statement.Otherwise, new Scope(scope), output);

        object Recurse(object inner)
        {
            if (depth >= Budget.DeepestCall)
                throw JinjaException.Template($"the template calls loops within each other more than {Budget.DeepestCall} deep.");
            var captured = new Output(budget);
            RunFor(statement, inner, depth + 1, scope, captured);
            return evaluator.Captured.Capture(captured);
        }
    }

    private bool PassesFilter(ForStatement statement, object item, Scope scope)
    {
        var candidate = new Scope(scope);
        Assign(statement.Target, item, candidate);
        return Truth.Of(evaluator.Evaluate(statement.Filter!, candidate));
    }

    private Flow RunSetBlock(SetBlockStatement set, Scope scope)
    {
        var inner = new Scope(scope);
        var captured = new Output(budget);
        Flow flow = RunAll(set.Body, inner, captured);
        if (flow == Flow.Next)
        {
            object text = evaluator.Captured.Capture(captured);
            Assign(set.Target, set.Filter is null ? text : evaluator.ApplyToBlock(set.Filter, text, inner), scope);
        }

        return flow;
    }

    private Flow RunFilterBlock(FilterBlockStatement block, Scope scope, Output output)
    {
        var inner = new Scope(scope);
        var captured = new Output(budget);
        Flow flow = RunAll(block.Body, inner, captured);
        if (flow == Flow.Next)
            evaluator.Captured.Write(evaluator.Text(evaluator.ApplyToBlock(block.Filter, evaluator.Captured.Capture(captured), inner)), output);
        return flow;
    }

    private Flow RunWith(WithStatement with, Scope scope, Output output)
    {
        var inner = new Scope(scope);
        foreach ((AssignmentTarget target, Expression value) in with.Variables)
            Assign(target, evaluator.Evaluate(value, scope), inner);
        return RunAll(with.Body, inner, output);
    }

    private void RunCallBlock(CallBlockStatement block, Scope scope, Output output)
    {
        Arguments arguments = evaluator.Arguments(block.Call.Arguments, scope);
        arguments = arguments with
        {
            Keywords = [.. arguments.Keywords, KeyValuePair.Create(MacroValue.Caller, (object)new MacroValue(block.Caller, scope, evaluator))]
        };
        evaluator.Captured.Write(evaluator.Text(evaluator.Call(block.Call, arguments, scope)), output);
    }

    private void RunGeneration(GenerationStatement generation, Scope scope, Output output)
    {
        string text = evaluator.Capture(generation.Body, new Scope(scope));
        evaluator.Captured.Write(text, output);
        output.Mark(text.Length);
    }

    private void Assign(AssignmentTarget target, object value, Scope scope)
    {
        switch (target)
        {
            case VariableTarget variable:
                scope.Set(variable.Name, value);
                break;
            case NamespaceTarget attribute:
                evaluator.Offset = attribute.Offset;
                if (scope.Find(attribute.Name) is not NamespaceValue space)
                    throw JinjaException.Values($"'{Excerpt.Of(attribute.Name)}' is no namespace, so its attributes cannot be set.");
                space.Set(attribute.Attribute, value);
                break;
            case TupleTarget tuple:
                evaluator.Offset = tuple.Offset;
                List<object> items = budget.Collect(Iteration.Items(value));
                if (items.Count != tuple.Items.Count)
                    throw JinjaException.Values($"{items.Count} values cannot be unpacked into {tuple.Items.Count} variables.");
                for (int i = 0; i < items.Count; i++)
                    Assign(tuple.Items[i], items[i], scope);
                break;
        }
    }
}
