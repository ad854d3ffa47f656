using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// Lifts the body of a <c>Forward</c> into a <see cref="Graph"/>: every assignment to a tensor variable defines a new value;
/// where control flow joins, a conditional or a loop defines the phi of the values that reach it.
/// </summary>
internal sealed partial class ForwardLifter
{
    private readonly IMethodSymbol _forward;
    private readonly KnownTypes _types;
    private readonly OperatorReader _operators;
    private readonly HelperReader _helpers;
    private readonly CancellationToken _cancellation;

    /// <summary>The names of the values, by their numbers.</summary>
    private readonly List<string> _names = [];

    /// <summary>What can't be differentiated.</summary>
    private readonly List<DiagnosticSpec> _diagnostics = [];

    /// <summary>The variables that something in the body assigns.</summary>
    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default);

    /// <summary>The variables, other than tensors, whose declaration could not be lifted: an error about them would be a second one.</summary>
    private readonly HashSet<ISymbol> _poisoned = new(SymbolEqualityComparer.Default);

    /// <summary>Names for the variables of opaque code that lifting makes.</summary>
    private readonly NameScope _localNames;

    /// <summary>Those that it gave.</summary>
    private readonly SortedSet<string> _given = new(StringComparer.Ordinal);

    /// <summary>The helpers whose bodies were read.</summary>
    private readonly HashSet<ISymbol> _read = new(SymbolEqualityComparer.Default);

    /// <summary>The continuation of each <c>switch</c> that is being lifted, by the label that a <c>break</c> in it jumps to.</summary>
    private readonly Dictionary<ISymbol, Continuation?> _switchContinuations = new(SymbolEqualityComparer.Default);

    /// <summary>The definition of each tensor variable that reaches the present statement.</summary>
    private Dictionary<ISymbol, int> _variables = new(SymbolEqualityComparer.Default);

    /// <summary>The operations of the region that is being lifted.</summary>
    private List<Operation> _operations = [];

    /// <summary>The body that is being lifted.</summary>
    private CallFrame _frame;

    private NameQualifier _qualifier;
    private LoopState? _loop;
    private bool _insideBranch;
    private SyntaxNode? _conditionalBranch;
    private string _source = "";

    private ForwardLifter(
        SemanticModel model, KnownTypes types, IMethodSymbol forward, MethodDeclarationSyntax syntax, IEnumerable<string> taken, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _forward = forward;
        _types = types;
        _operators = new OperatorReader(types, model.Compilation, forward.ContainingType);
        _helpers = new HelperReader(types, forward.ContainingType, model.Compilation, cancellation);
        _localNames = new NameScope(
            [.. taken, .. syntax.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)]);
        _frame = new CallFrame(forward, syntax, model, ["result"], Fresh);
        _qualifier = new NameQualifier(_frame, types, _helpers, ValueOf);
    }

    /// <summary>Lifts a method.</summary>
    /// <param name="forward">The method.</param>
    /// <param name="syntax">Its declaration.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="types">The toolkit's types.</param>
    /// <param name="taken">Names that mean something where the method stands.</param>
    /// <param name="cancellation">Ends the lifting at the next statement.</param>
    /// <exception cref="OperationCanceledException">The lifting is cancelled.</exception>
    public static LiftedForward Lift(
        IMethodSymbol forward,
        MethodDeclarationSyntax syntax,
        SemanticModel model,
        KnownTypes types,
        IEnumerable<string> taken,
        CancellationToken cancellation)
    {
        ForwardLifter lifter = new(model, types, forward, syntax, taken, cancellation);
        Graph? graph = lifter.Lift(forward, syntax);
        return new LiftedForward(lifter._diagnostics.Count == 0 ? graph : null, lifter._given, lifter._diagnostics);
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

        if (_frame.Model.GetOperation(syntax, _cancellation) is not IMethodBodyOperation method || (method.BlockBody ?? method.ExpressionBody) is not { } body)
            return null;
        _assigned.UnionWith(ControlFlow.AssignedVariables(body));
        NumberAttentions(body, _frame);
        if (syntax.ExpressionBody is { } arrow)
            _source = SourceLine.Of(arrow);
        Region region = LiftRegion(Continuation.Prepend(body.Operations, null));
        return new Graph(new EquatableArray<string>(_names), new EquatableArray<int>(inputs), region, _attentions.Count);
    }

    /// <summary>Lifts one statement.</summary>
    /// <returns>How control leaves; null where it goes on to the next statement.</returns>
    private Terminator? Lift(object item, ref Continuation? continuation)
    {
        if (item is ConditionalStatement conditional)
            return LiftConditional(conditional, continuation);
        IOperation statement = (IOperation)item;
        if (statement.Syntax is StatementSyntax and not BlockSyntax)
            _source = _frame.Describe(SourceLine.Of(statement.Syntax));
        switch (statement)
        {
            case IBlockOperation block:
                continuation = Continuation.Prepend(block.Operations, continuation);
                return null;
            case ILocalFunctionOperation function when _helpers.ComputesTensors(function.Symbol, _frame.Model):
                return null;
            case ILabeledOperation labeled:
                continuation = labeled.Operation is { } inner ? Continuation.Prepend([inner], continuation) : continuation;
                return null;
            case IReturnOperation { ReturnedValue: { } value }:
                return ReturnValues(value);
            case IBranchOperation { BranchKind: BranchKind.Break } jump when _switchContinuations.TryGetValue(jump.Target, out Continuation? after):
                continuation = after;
                return null;
            case IBranchOperation { BranchKind: BranchKind.Break } when _loop is not null:
                return _loop.Terminate(TerminatorKind.Break, _variables);
            case IBranchOperation { BranchKind: BranchKind.Continue } when _loop is not null:
                return _loop.Terminate(TerminatorKind.Continue, _variables);
            case IEmptyOperation:
                return null;
            case IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation }:
                return new Terminator(TerminatorKind.Throw, default, _qualifier.Qualify(statement.Syntax));
        }

        if (!ControlFlow.HasExitPoint(statement) && ControlFlow.IsFreeOfTensors(statement, _types))
        {
            _operations.Add(new OpaqueStatement(_source, _qualifier.Qualify(statement.Syntax)));
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
            case IConditionalOperation branching:
                return LiftConditional(StatementOf(branching), continuation);
            case ISwitchOperation selection:
                continuation = LowerSwitch(selection, continuation);
                return null;
            case ILoopOperation loop:
                return LiftLoop(loop, continuation);
            default:
                throw new LiftingException(
                    statement.Syntax,
                    OperationDescription.Of(statement),
                    "Forward can use locals, operators, modules, if, switch, for, foreach, while and return");
        }
    }

    private int NewValue(string name)
    {
        _names.Add(name);
        return _names.Count - 1;
    }

    private int ValueOf(ISymbol variable, SyntaxNode node) => _variables.TryGetValue(variable, out int value)
        ? value
        : throw new LiftingException(node, $"The tensor '{variable.Name}'", "it has no value here that Forward computed; give it one in every case");

    private Region LiftRegion(Continuation? continuation) => LiftRegion(() => LiftStatements(continuation));

    private Region LiftRegion(Func<Terminator> lift)
    {
        List<Operation> outer = _operations;
        _operations = [];
        Terminator terminator = lift();
        Region region = new(new EquatableArray<Operation>(_operations), terminator);
        _operations = outer;
        return region;
    }

    private Terminator LiftStatements(Continuation? continuation)
    {
        while (continuation is not null)
        {
            _cancellation.ThrowIfCancellationRequested();
            object item = continuation.Item;
            continuation = continuation.Next;
            (List<Operation> operations, Dictionary<ISymbol, int> variables) = (_operations, _variables);
            (LoopState? loop, bool insideBranch) = (_loop, _insideBranch);
            try
            {
                if (Lift(item, ref continuation) is { } terminator)
                    return terminator;
            }
            catch (LiftingException problem)
            {
                Report(problem.Node, problem.What, problem.Remedy);
                (_operations, _variables, _loop, _insideBranch) = (operations, variables, loop, insideBranch);
                Recover(item as IOperation ?? ((ConditionalStatement)item).Whole);
            }
        }

        return FallThrough();
    }

    /// <summary>The terminator where control falls through the last statement: of an iteration, or of a branch, whose conditional completes it.</summary>
    private Terminator FallThrough() => _loop is { } loop ? loop.Terminate(TerminatorKind.Continue, _variables) : new Terminator(TerminatorKind.Yield, default);

    /// <summary>Returns from the body that is being lifted.</summary>
    private Terminator ReturnValues(IOperation returned)
    {
        if (Unconverted(returned) is IThrowOperation exception)
            return new Terminator(TerminatorKind.Throw, default, _qualifier.Qualify(exception.Syntax, ";"));
        if (_types.IsTensor(_frame.Method.ReturnType))
            return ReturnValue(LiftTensor(returned, _frame.ResultNames[0]));
        if (_loop is not null)
            throw new LiftingException(
                returned.Syntax,
                "A tuple that is returned from inside a loop",
                "assign its parts to locals, leave the loop with 'break', and return behind it");
        return Leave(LiftTuple(returned, _frame.ResultNames));
    }

    private Terminator ReturnValue(int value) => _loop is { } loop ? loop.Return(value, _variables, NewValue) : Leave([value]);

    private Terminator Leave(IEnumerable<int> values) =>
        new(_insideBranch ? TerminatorKind.Yield : TerminatorKind.Return, new EquatableArray<int>(values));
}
