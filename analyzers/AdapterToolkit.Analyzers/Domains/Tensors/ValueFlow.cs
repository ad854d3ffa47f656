using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Runs one body on what is known about tensors. First it solves for what each variable can hold at each point, then it goes
/// over the body once more and shows the rules every expression.
/// </summary>
internal sealed partial class ValueFlow : ForwardDataFlow<ValueState>
{
    private readonly ValueAnalysis _analysis;
    private readonly FixedPointSolver<CallKey, BodyResult> _solver;
    private readonly ControlFlowGraph _graph;
    private readonly CallStack _stack;
    private readonly CancellationToken _cancellation;
    private readonly bool _isOnTrainingPath;
    private readonly Dictionary<CaptureId, IOperation> _captured = [];
    private readonly Dictionary<ISymbol, IOperation> _referred = new(SymbolEqualityComparer.Default);
    private readonly List<(ISymbol Member, Value Value)> _stores = [];
    private readonly Dictionary<(IOperation Call, bool KeepsElements), Value> _results = [];
    private readonly HashSet<Finding> _findings = [];
    private readonly HashSet<SyntaxNode> _excused = [];
    private ValueState _state = ValueState.Empty;
    private readonly HashSet<SyntaxNode> _kept = [];
    private readonly HashSet<ISymbol> _addedTo = new(SymbolEqualityComparer.Default);
    private bool _dependsOnTraining;
    private Value? _returned;
    private bool _keepsElements;
    private ImmutableHashSet<SyntaxNode> _given = [];

    /// <summary>Prepares a body.</summary>
    /// <param name="analysis">The analysis of the compilation.</param>
    /// <param name="solver">Tells what other bodies give.</param>
    /// <param name="graph">The body.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="stack">The functions inside the body that are being followed.</param>
    /// <param name="isOnTrainingPath">Whether the body is run by a forward pass or by training.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public ValueFlow(ValueAnalysis analysis, FixedPointSolver<CallKey, BodyResult> solver, ControlFlowGraph graph,
        ISymbol symbol, CallStack stack, bool isOnTrainingPath, CancellationToken cancellation)
    {
        _analysis = analysis;
        _solver = solver;
        _graph = graph;
        _stack = stack;
        _cancellation = cancellation;
        Symbol = symbol;
        _isOnTrainingPath = isOnTrainingPath;
    }

    /// <summary>The variable that stands for the object whose member the body is.</summary>
    public static object This { get; } = new();

    /// <summary>The method, property or field whose body it is.</summary>
    public ISymbol Symbol { get; }

    /// <summary>The known types.</summary>
    public TensorTypes Types => _analysis.Types;

    /// <summary>The factors and weights of classes written by hand.</summary>
    public LowRankMembers LowRank => _analysis.LowRank;

    /// <summary>The method that an expression calls; null where that is not known.</summary>
    public IMethodSymbol? Called(SyntaxNode call) => (_analysis.OperationOf(call, _cancellation) as IInvocationOperation)?.TargetMethod;

    /// <summary>Where parameters of TorchSharp are frozen.</summary>
    public Freezing Freezing => _analysis.Freezing;

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode expression) => _analysis.OperationOf(expression, _cancellation);

    /// <summary>Runs the body.</summary>
    /// <param name="initial">What is known before it.</param>
    public BodyResult Run(ValueState initial)
    {
        if (!IsNested)
            _given = [.. initial.Places()];
        ValueState exit = Analyze(_graph, initial) ?? ValueState.Empty;
        foreach (IMethodSymbol local in _graph.LocalFunctions)
            RunLocalFunction(local, []);
        exit = _addedTo.Aggregate(exit, (known, variable) => known.With(variable, Value.Other));
        ImmutableArray<Finding> pending = _findings.Count == 0 ? [] : [.. _findings.Where(IsLeftToCallers)];
        ImmutableHashSet<Finding> findings =
            _findings.Count == 0 ? [] : [.. _findings.Where(finding => !IsExcused(finding) && !pending.Contains(finding))];
        return new BodyResult(_returned ?? Value.Other, findings, [.. _stores], exit, pending) { DependsOnTraining = _dependsOnTraining };
    }

    /// <summary>Notes that a rule is broken.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="place">The expression at fault.</param>
    /// <param name="arguments">What the rule's message takes.</param>
    public void Report(DiagnosticDescriptor rule, SyntaxNode place, params string[] arguments)
    {
        if (IsAtFixedPoint)
            _findings.Add(new Finding(rule, place, [.. arguments]));
    }

    /// <summary>
    /// Notes that a rule is broken by Wx, unless the adapter's term is added to it: in this body or, where a helper returns it, by those that call that.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="place">The product.</param>
    /// <param name="argument">What the rule's message takes.</param>
    public void ReportBaseTerm(DiagnosticDescriptor rule, SyntaxNode place, string argument)
    {
        if (IsAtFixedPoint)
            _findings.Add(new Finding(rule, place, [argument]) { IsOfBaseTerm = true });
    }

    /// <summary>Notes that a rule is broken by one operand of a product.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="place">The product.</param>
    /// <param name="operand">The operand: <c>left</c> or <c>right</c>.</param>
    /// <param name="merged">Where W + BA was formed, if it is that: it is no mistake where the sum is kept for later.</param>
    /// <param name="arguments">What the rule's message takes.</param>
    public void ReportOperand(
        DiagnosticDescriptor rule, SyntaxNode place, string operand, ImmutableHashSet<SyntaxNode>? merged, params string[] arguments)
    {
        if (IsAtFixedPoint)
            _findings.Add(new Finding(rule, place, [.. arguments], operand) { Merged = merged });
    }

    /// <summary>Notes where a call is made what is wrong in the body that it runs; what is wrong in a function of this body stays at its place.</summary>
    private void Repeat(IEnumerable<Finding> findings, SyntaxNode call)
    {
        if (!IsAtFixedPoint)
            return;
        SyntaxNode body = _graph.OriginalOperation.Syntax;
        _findings.UnionWith(findings.Select(finding => finding.Place.SyntaxTree == body.SyntaxTree && body.Span.Contains(finding.Place.Span)
            ? finding
            : new Finding(finding.Rule, call, finding.Arguments) { IsOfBaseTerm = finding.IsOfBaseTerm }));
    }

    /// <summary>Whether a helper returns Wx, to which those that call it may add what is missing.</summary>
    private bool IsLeftToCallers(Finding finding) =>
        finding.IsOfBaseTerm && _returned is { Kind: ValueKind.BaseTerm } returned && returned.Origins.Contains(finding.Place)
        && Symbol is IMethodSymbol { DeclaredAccessibility: not Accessibility.Public } or IPropertySymbol { DeclaredAccessibility: not Accessibility.Public };

    private bool IsExcused(Finding finding) =>
        (finding.IsOfBaseTerm && _excused.Contains(finding.Place))
        || (finding.Merged is { IsEmpty: false } merged && merged.IsSubsetOf(_kept));

    /// <summary>Takes back that W was multiplied past its adapter: the adapter's term is added by hand.</summary>
    public void Excuse(Value baseTerm)
    {
        if (IsAtFixedPoint)
            _excused.UnionWith(baseTerm.Origins);
    }

    /// <summary>Wx and the adapter's term meet in one call or collection: they are added there.</summary>
    private void ExcuseTogether(IEnumerable<Value> values)
    {
        if (!values.Any(value => value.Kind == ValueKind.AdapterTerm))
            return;
        foreach (Value term in values.Where(value => value.Kind == ValueKind.BaseTerm))
            Excuse(term);
    }

    /// <summary>Whether the body is run by a forward pass or by training. A body in which that is asked is followed once for each answer.</summary>
    public bool AsksForTraining()
    {
        _dependsOnTraining = true;
        return _isOnTrainingPath;
    }

    /// <summary>Whether something happened on some path to this point.</summary>
    /// <param name="kind">What.</param>
    /// <param name="path">To which object; null for any.</param>
    public bool Knows(TensorFactKind kind, AccessPath? path = null) => _state.Knows(new TensorFact(kind, path));

    /// <summary>Notes that something happens, for what follows.</summary>
    /// <param name="kind">What.</param>
    /// <param name="path">To which object; null for any.</param>
    public void Note(TensorFactKind kind, AccessPath? path = null) => _state = _state.With(new TensorFact(kind, path));

    /// <summary>Whether a class is a part of another class of the compilation.</summary>
    public bool IsPartOfAnother(INamedTypeSymbol type) => _analysis.IsPartOfAnother(type, _cancellation);

    /// <inheritdoc/>
    protected override bool GathersAtOnce => true;

    /// <summary>A variable to which something is added later is no term by itself before.</summary>
    protected override bool LooksAhead => _addedTo.Count > 0;

    /// <inheritdoc/>
    protected override void Restart()
    {
        _stores.Clear();
        _findings.Clear();
        _excused.Clear();
        _returned = null;
    }

    /// <inheritdoc/>
    protected override ValueState Join(ValueState left, ValueState right) => ValueState.Join(left, right);

    /// <inheritdoc/>
    protected override ValueState Visit(BasicBlock block, ValueState state)
    {
        _cancellation.ThrowIfCancellationRequested();
        _state = state;
        foreach (IOperation operation in block.Operations)
        {
            _results.Clear();
            Evaluate(operation);
        }

        _results.Clear();
        if (block.BranchValue is { } branch)
        {
            Value value = Evaluate(branch);
            if (block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Return)
            {
                _returned = _returned is null ? value : Value.Join(_returned, value);
                Show(rule => rule.OnReturn(this, branch, value));
            }
        }

        return _state;
    }

    /// <summary>Shows the rules an expression: what they report counts at the fixed point, what they note counts at once.</summary>
    private void Show(Action<TensorRule> show)
    {
        foreach (TensorRule rule in _analysis.Rules)
            show(rule);
    }
}
