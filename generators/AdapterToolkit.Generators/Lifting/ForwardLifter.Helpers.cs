using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>
/// Calls of helpers: the body is lifted in place of the call, so that each call has values, and so a record, of its own.
/// </content>
internal sealed partial class ForwardLifter
{
    /// <summary>More calls than any written <c>Forward</c> makes; helpers that call helpers twice each come to it.</summary>
    private const int MostCalls = 256;

    private int _calls;

    /// <summary>Lifts a call of a helper.</summary>
    /// <param name="invocation">The call.</param>
    /// <param name="names">Names for the tensors that it returns.</param>
    /// <returns>These tensors.</returns>
    private int[] LiftHelper(IInvocationOperation invocation, IReadOnlyList<string> names)
    {
        IMethodSymbol helper = _helpers.Read(invocation, _frame);
        if (++_calls > MostCalls)
            throw new LiftingException(
                invocation.Syntax,
                $"A call of '{helper.Name}', after {MostCalls} calls of helpers",
                "each repeats the helper's body; move it into a module of its own, marked [AdapterModel]");
        SyntaxNode declaration = _helpers.DeclarationOf(helper);
        CallFrame frame = new(helper, declaration, _helpers.ModelOf(declaration, _frame), names, Fresh, _frame, invocation.Syntax);
        IBlockOperation body = BodyOf(declaration, frame.Model);
        if (_read.Add(helper))
        {
            _assigned.UnionWith(ControlFlow.AssignedVariables(body));
            foreach (SyntaxToken inner in NamesInNested(declaration))
                _localNames.Reserve(inner.ValueText);
        }

        Dictionary<ISymbol, int> inside = new(_variables, SymbolEqualityComparer.Default);
        foreach (IArgumentOperation argument in invocation.Arguments)
        {
            if (argument.Parameter is { } parameter)
                Bind(argument, helper.Parameters[parameter.Ordinal], frame, inside);
        }

        List<Operation> operations = _operations;
        int start = operations.Count;
        Terminator terminator = LiftBody(body, frame, inside);
        operations.InsertRange(start, frame.Held.Select(held =>
            new OpaqueStatement(_source, Wrap($"{held.Type} {held.Variable} = ", held.Code, ";"))));
        if (terminator.Operands.Count == names.Count)
            return [.. terminator.Operands];
        if (terminator.Kind != TerminatorKind.Yield)
            throw new LiftingException(
                invocation.Syntax, $"A call of '{helper.Name}', which always throws", "throw the exception in a statement of Forward's own");
        return [.. names.Select(NewValue)];
    }

    private Terminator LiftBody(IBlockOperation body, CallFrame frame, Dictionary<ISymbol, int> variables)
    {
        (CallFrame caller, NameQualifier qualifier, string source) = (_frame, _qualifier, _source);
        (Dictionary<ISymbol, int> before, LoopState? loop, bool insideBranch, SyntaxNode? branch) = (_variables, _loop, _insideBranch, _conditionalBranch);
        Enter(frame);
        (_variables, _loop, _insideBranch) = (variables, null, false);
        if (ArrowOf(frame.Declaration) is { } arrow)
            _source = frame.Describe(SourceLine.Of(arrow));
        try
        {
            return LiftStatements(Continuation.Prepend(body.Operations, null));
        }
        finally
        {
            (_frame, _qualifier, _source) = (caller, qualifier, source);
            (_variables, _loop, _insideBranch, _conditionalBranch) = (before, loop, insideBranch, branch);
        }
    }

    /// <summary>Lifts an expression that is several tensors: a tuple, or a call of a helper that returns one.</summary>
    private int[] LiftTuple(IOperation operation, IReadOnlyList<string> names) => Unconverted(operation) switch
    {
        ITupleOperation tuple when tuple.Elements.Length == names.Count => [.. tuple.Elements.Select((element, i) => LiftTensor(element, names[i]))],
        IInvocationOperation call when _helpers.IsOwn(call) && _helpers.TupleOf(call.TargetMethod)?.TupleElements.Length == names.Count =>
            LiftHelper(call, names),
        var other => throw new LiftingException(
            other.Syntax,
            "A tuple of tensors that is neither written out nor what a helper returns",
            "write '(a, b)', and keep its parts in locals of type Tensor"),
    };

    private IBlockOperation BodyOf(SyntaxNode declaration, SemanticModel model) => model.GetOperation(declaration, _cancellation) switch
    {
        IMethodBodyOperation { BlockBody: { } block } => block,
        IMethodBodyOperation { ExpressionBody: { } block } => block,
        ILocalFunctionOperation { Body: { } block } => block,
        _ => throw new LiftingException(declaration, "A helper without a body", "write one"),
    };

    private static ArrowExpressionClauseSyntax? ArrowOf(SyntaxNode declaration) => declaration switch
    {
        MethodDeclarationSyntax method => method.ExpressionBody,
        LocalFunctionStatementSyntax function => function.ExpressionBody,
        _ => null,
    };

    /// <summary>The names in lambdas and local functions of a helper: a variable that they capture must not get one of them.</summary>
    private static IEnumerable<SyntaxToken> NamesInNested(SyntaxNode declaration) => declaration.DescendantNodes()
        .Where(node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
        .SelectMany(node => node.DescendantTokens())
        .Where(token => token.IsKind(SyntaxKind.IdentifierToken));

    private void Enter(CallFrame frame)
    {
        _frame = frame;
        _qualifier = new NameQualifier(frame, _types, _helpers, ValueOf);
    }

    private string Fresh(string name)
    {
        string given = _localNames.Fresh(name);
        _given.Add(given.TrimStart('@'));
        return given;
    }

    /// <summary>Gives a tensor variable its value.</summary>
    private int Assign(ISymbol variable, int value, SyntaxNode place)
    {
        if (!SymbolEqualityComparer.Default.Equals(variable.ContainingSymbol, _frame.Method))
            throw new LiftingException(
                place,
                $"An assignment to '{variable.Name}', a tensor variable outside the local function",
                "return the tensor, and assign it where the function is called");
        return _variables[variable] = value;
    }
}
