using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Reads what the loops of one body, and the functions that it runs for each element of a sequence, do with single numbers.</summary>
internal sealed partial class LoopReader
{
    private readonly IOperation _body;
    private readonly IOperation[] _operations;
    private readonly Func<IMethodSymbol, InnerProduct?> _innerProductOf;
    private readonly Dictionary<ISymbol, List<IOperation>> _given = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, IOperation> _collections = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _counters = new(SymbolEqualityComparer.Default);
    private readonly Lazy<ILookup<SyntaxNode, Contraction>> _contractions;

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="innerProductOf">Tells what a method multiplies that returns one number of a product; null where it is no such method.</param>
    public LoopReader(IOperation body, Func<IMethodSymbol, InnerProduct?> innerProductOf)
    {
        _body = body;
        _operations = [.. body.Descendants()];
        _innerProductOf = innerProductOf;
        foreach (IOperation operation in _operations)
            Note(operation);
        _contractions = new(() => _operations.Select(Read).OfType<Contraction>().ToLookup(contraction => contraction.Sum.Syntax));
    }

    /// <summary>The sums of products.</summary>
    public IEnumerable<Contraction> Contractions => _contractions.Value.SelectMany(found => found);

    /// <summary>The sums of products that an assignment or call adds up; none where it does something else.</summary>
    public IEnumerable<Contraction> At(SyntaxNode sum) => _contractions.Value[sum];

    /// <summary>The collection of which the variable of a loop, or a parameter of a function, is an element; null where there is none.</summary>
    public IOperation? CollectionOf(ISymbol element) => _collections.TryGetValue(element, out IOperation? collection) ? collection : null;

    /// <summary>Whether a variable is given a value at one place alone.</summary>
    public bool IsGivenOnce(ISymbol variable) => _given.TryGetValue(variable, out List<IOperation>? given) && given.Count == 1;

    /// <summary>Whether an expression takes single numbers of matrices, itself or by variables that hold them.</summary>
    public bool HasElement(IOperation expression) =>
        expression.DescendantsAndSelf().Any(part => IsNumber(part, new HashSet<ISymbol>(SymbolEqualityComparer.Default)));

    /// <summary>The matrix whose numbers are written elsewhere one by one, and nothing else is; null for none.</summary>
    public Numbers? Moved()
    {
        Numbers? moved = null;
        foreach (IOperation operation in _operations)
        {
            if (operation is not IAssignmentOperation assignment || !IsElement(assignment.Target))
                continue;
            Numbers? from = IsElement(assignment.Value) ? NumbersOf(assignment.Value) : null;
            if (operation is not ISimpleAssignmentOperation || from is null || from.Indices.IsEmpty
                || !from.HasVariablesOf(NumbersOf(assignment.Target)) || (moved is not null && !moved.Sources.SetEquals(from.Sources)))
                return null;
            moved = from;
        }

        return moved;
    }

    /// <summary>
    /// The numbers of two matrices that are multiplied and added up to one number, which the body returns; null where it does something else.
    /// </summary>
    public (Numbers Left, Numbers Right)? Returned()
    {
        foreach (IOperation operation in _operations)
        {
            if (FactorsOf(operation) is not var (left, right, _))
                continue;
            IOperation top = Outermost(operation);
            bool isSum = IsInnerProduct(operation);
            if (!isSum && left.Indices.Overlaps(right.Indices) && TotalOf(top) is { } total)
                (top, isSum) = (Outermost(total), true);
            if (isSum ? IsReturned(top) : left.Indices.Overlaps(right.Indices) && AccumulatorOf(top) is { } sums && IsReturned(sums))
                return (left, right);
        }

        return null;
    }

    /// <summary>Whether the body sets numbers, other than by adding to them.</summary>
    public bool Sets(Numbers numbers) => _operations.Any(operation => operation switch
    {
        ISimpleAssignmentOperation assignment => IsElement(assignment.Target) && !RefersTo(assignment.Value, assignment.Target)
            && NumbersOf(assignment.Target).Sources.SetEquals(numbers.Sources),
        IInvocationOperation { TargetMethod.Name: "Clear" or "Fill" } call =>
            (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } set && NumbersOf(set).Sources.SetEquals(numbers.Sources),
        _ => false,
    });

    private Contraction? Read(IOperation operation)
    {
        if (FactorsOf(operation) is not var (left, right, isOfRows) || left.Indices.SetEquals(right.Indices))
            return null;
        bool isSum = IsInnerProduct(operation);
        ImmutableHashSet<LoopIndex> summed = left.Indices.Intersect(right.Indices);
        return (isSum || !summed.IsEmpty) && SumOf(operation, isSum) is var (sum, written, accumulates)
            && (isSum || !summed.IsSubsetOf(written.Indices))
            ? new Contraction(operation, sum, left, right, written, accumulates) { IsOfRows = isOfRows }
            : null;
    }

    /// <summary>The two numbers that an expression multiplies, whatever else it scales them by; null where it multiplies others, or more.</summary>
    private (Numbers Left, Numbers Right, bool AreRows)? FactorsOf(IOperation operation)
    {
        switch (operation)
        {
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } product when !IsFactor(product):
                IOperation[] numbers = [.. Factors(product).Where(factor => IsNumber(factor, new HashSet<ISymbol>(SymbolEqualityComparer.Default)))];
                return numbers is [var left, var right] ? (NumbersOf(left), NumbersOf(right), false) : null;
            case IInvocationOperation call when IsFused(call):
                return HasElement(call.Arguments[0].Value) && HasElement(call.Arguments[1].Value)
                    ? (NumbersOf(call.Arguments[0].Value), NumbersOf(call.Arguments[1].Value), false)
                    : null;
            case IInvocationOperation call when IsDot(call):
                return (RowOf(call.Arguments[0].Value), RowOf(call.Arguments[1].Value), true);
            case IInvocationOperation call when _innerProductOf(call.TargetMethod) is { } inner:
                return RowOf(call, inner.Left, inner.LeftIndices) is { } first && RowOf(call, inner.Right, inner.RightIndices) is { } second
                    ? (first, second, inner.LeftIndices.IsEmpty && inner.RightIndices.IsEmpty)
                    : null;
            default:
                return null;
        }
    }

    private static IEnumerable<IOperation> Factors(IOperation product) => Bare(product) is IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } binary
        ? Factors(binary.LeftOperand).Concat(Factors(binary.RightOperand))
        : [Bare(product)];

    /// <summary>Whether a product is a factor of another one.</summary>
    private static bool IsFactor(IOperation product)
    {
        IOperation? around = product.Parent;
        while (around is IConversionOperation or IParenthesizedOperation)
            around = around.Parent;
        return around is IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply };
    }

    private static bool IsFused(IInvocationOperation call) =>
        call is { TargetMethod.Name: "FusedMultiplyAdd" or "MultiplyAddEstimate", Arguments.Length: 3 };

    private static bool IsDot(IInvocationOperation call) =>
        call is { TargetMethod: { Name: "Dot" } method, Arguments.Length: 2 } && TensorTypes.IsInNamespace(method, "System");

    /// <summary>Whether an expression is a call that adds up products itself.</summary>
    private bool IsInnerProduct(IOperation operation) =>
        operation is IInvocationOperation call && (IsDot(call) || _innerProductOf(call.TargetMethod) is not null);

    private static IOperation? GivenTo(IInvocationOperation call, int place) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == place)?.Value;

    /// <summary>An expression without conversions and parentheses.</summary>
    private static IOperation Bare(IOperation operation)
    {
        while (operation is IConversionOperation or IParenthesizedOperation)
            operation = operation is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)operation).Operand;
        return operation;
    }
}
