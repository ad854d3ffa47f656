using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// What the code of one class computes with its members: which of them it multiplies with one another, which of these products it adds, and where they start.
/// </summary>
internal sealed class ClassTerms
{
    private const int MostDepth = 8;

    private readonly INamedTypeSymbol _type;
    private readonly TensorTypes _types;
    private readonly ClassCode _code;
    private readonly Bodies _bodies;
    private readonly Lazy<(List<LinearTerm> Products, List<(LinearTerm Left, LinearTerm Right)> Sums)> _computed;
    private readonly Lazy<Dictionary<ISymbol, Start>> _set;
    private readonly ConcurrentDictionary<ISymbol, bool> _passesOn = new(SymbolEqualityComparer.Default);

    /// <summary>Reads a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="code">Its code.</param>
    /// <param name="types">The known types.</param>
    /// <param name="bodies">The bodies of the compilation.</param>
    public ClassTerms(INamedTypeSymbol type, ClassCode code, TensorTypes types, Bodies bodies)
    {
        _type = type;
        _types = types;
        _bodies = bodies;
        _code = code;
        _computed = new(Compute);
        _set = new(FindSet);
    }

    /// <summary>Whether the class multiplies two members with each other, and with no third.</summary>
    public bool AreMultiplied(ISymbol a, ISymbol b) => _computed.Value.Products.Any(product => product.IsOf(a, b));

    /// <summary>Whether the class adds the product of two members, or what they make of an input, to what a third one makes of it, or to that itself.</summary>
    public bool AreAddedTo(ISymbol a, ISymbol b, ISymbol weight) => _computed.Value.Sums.Any(sum =>
        (sum.Left.IsOf(a, b) && sum.Right.IsOf(weight)) || (sum.Right.IsOf(a, b) && sum.Left.IsOf(weight)));

    /// <summary>Whether the class multiplies an input by two members one behind the other, and adds that to what a third one makes of the input.</summary>
    public bool AreChainedBeside(ISymbol a, ISymbol b, ISymbol weight) => _computed.Value.Sums.Any(sum =>
        (IsChain(sum.Left, a, b) && sum.Right.IsOf(weight)) || (IsChain(sum.Right, a, b) && sum.Left.IsOf(weight)));

    private (List<LinearTerm> Products, List<(LinearTerm Left, LinearTerm Right)> Sums) Compute()
    {
        List<LinearTerm> products = [];
        List<(LinearTerm Left, LinearTerm Right)> sums = [];
        foreach (IOperation operation in _code.Operations)
        {
            if (operation is IInvocationOperation or IBinaryOperation && Term(operation, MostDepth) is { Members.Count: > 1 } product)
                products.Add(product);
            if (SummandsOf(operation) is { } sum && Term(sum.Left, MostDepth) is { Members.IsEmpty: false } left
                && Term(sum.Right, MostDepth) is { Members.IsEmpty: false } right)
                sums.Add((left, right));
        }

        return (products, sums);
    }

    private static bool IsChain(LinearTerm term, ISymbol a, ISymbol b) => term is { HasInput: true, FormsProduct: false } && term.IsOf(a, b);

    /// <summary>At which numbers a member starts: where the class sets it, or else where it makes it.</summary>
    public Start StartOf(ISymbol member)
    {
        if (_set.Value.TryGetValue(member.OriginalDefinition, out Start start))
            return start;
        foreach (IOperation given in _code.GivenTo(member).Concat(_code.ElementsGivenTo(member)))
            start = start == Start.Unknown ? Starts.Of(given, _types) : start;
        return start;
    }

    /// <summary>The numbers that calls set members to: of several, the last ones.</summary>
    private Dictionary<ISymbol, Start> FindSet()
    {
        Dictionary<ISymbol, Start> starts = new(SymbolEqualityComparer.Default);
        foreach (IInvocationOperation call in _code.Operations.OfType<IInvocationOperation>())
        {
            if (SetBy(call) is not Start.Unknown and var given && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } set
                && MemberOf(set) is { } member)
                starts[member] = given;
        }

        return starts;
    }

    /// <summary>Whether the class tells a member, or the layer that it is, to require no gradient.</summary>
    public bool IsFrozen(ISymbol member) =>
        _code.GivenTo(member).Any(IsMadeFrozen) || _code.Operations.Any(operation => operation switch
        {
            ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.Name: "requires_grad", Instance: { } frozen } target } assignment =>
                _types.IsTorchTensor(target.Property.ContainingType) && !IsTrue(assignment.Value) && IsHeldIn(frozen, member),
            IInvocationOperation { TargetMethod.Name: "requires_grad_", Instance: { } frozen, Arguments: [var flag] } call =>
                _types.IsOfTorch(call.TargetMethod.ContainingType) && !IsTrue(flag.Value) && IsHeldIn(frozen, member),
            _ => false,
        });

    private Start SetBy(IInvocationOperation call) =>
        call.TargetMethod.Name is "fill_" or "constant_" && _types.IsOfTorch(call.TargetMethod.ContainingType)
            ? Expression.Unconverted(call.Arguments[call.Arguments.Length - 1].Value).ConstantValue is { HasValue: true, Value: 0 or 0f or 0.0 }
                ? Start.Zero
                : Start.Unknown
            : Starts.Set(call.TargetMethod, _types);

    private bool IsMadeFrozen(IOperation given)
    {
        IOperation made = Expression.Unconverted(given);
        ImmutableArray<IArgumentOperation> arguments = made switch
        {
            IObjectCreationOperation creation when TensorTypes.Is(creation.Type, _types.TorchParameter) => creation.Arguments,
            IInvocationOperation call when _types.IsOfTorch(call.TargetMethod.ContainingType) => call.Arguments,
            _ => [],
        };
        return arguments.Any(argument => argument is { Parameter.Name: "requires_grad", ArgumentKind: ArgumentKind.Explicit } && !IsTrue(argument.Value)
                && made.Type is { } type && _types.IsTorchTensor(type) && TensorTypes.Is(type, _types.TorchParameter))
            || made is IObjectCreationOperation { Initializer.Initializers: var initializers } && initializers.Any(initializer =>
                initializer is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.Name: "requires_grad" }, Value: var flag }
                    && !IsTrue(flag));
    }

    private static bool IsTrue(IOperation value) => value.ConstantValue is { HasValue: true, Value: true };

    /// <summary>Whether an expression is a member, a part of what it holds, or a parameter that it is given.</summary>
    private bool IsHeldIn(IOperation expression, ISymbol member)
    {
        if (MemberOf(expression) is { } found && ClassCode.Is(found, member))
            return true;
        IOperation root = Expression.Unconverted(expression);
        while (root is IMemberReferenceOperation { Instance: { } instance, Member: var part } && IsMatrixOf(part))
            root = Expression.Unconverted(instance);
        return root is IParameterReferenceOperation { Parameter: var parameter } && _code.GivenTo(member).Any(given =>
            Expression.Unconverted(given) is IParameterReferenceOperation same && SymbolEqualityComparer.Default.Equals(same.Parameter, parameter));
    }

    /// <summary>The member of the class behind an expression, itself or its numbers; null where there is none.</summary>
    private ISymbol? MemberOf(IOperation expression)
    {
        IOperation operation = Expression.Unconverted(expression);
        while (operation is IMemberReferenceOperation { Instance: { } instance, Member: var member }
            && Expression.Unconverted(instance) is not IInstanceReferenceOperation && IsMatrixOf(member))
            operation = Expression.Unconverted(instance);
        return operation is IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol { IsIndexer: false } } found
            && KnownTypes.SelfAndBases(_type).Any(owner => ClassCode.Is(owner, found.Member.ContainingType))
            ? found.Member.OriginalDefinition
            : null;
    }

    /// <summary>Whether a member of a layer, a parameter or a tensor is the matrix that it holds, and not its bias or its gradient.</summary>
    private bool IsMatrixOf(ISymbol member) => (_types.IsOfTorch(member.ContainingType) || TensorTypes.Is(member.ContainingType, _types.Parameter))
        && (member.Name is "weight" or "data" or "Value" || TensorMethods.Transposes(member.Name));

    private (IOperation Left, IOperation Right)? SummandsOf(IOperation operation) => operation switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum when _types.IsMatrix(sum.Type) =>
            (sum.LeftOperand, sum.RightOperand),
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum when _types.IsMatrix(sum.Type) =>
            (sum.Target, sum.Value),
        IInvocationOperation call when MatrixProduct.Read(call, _types) is { Addend: not null, TransposesRight: false } product => (product.Addend!, call),
        IInvocationOperation { Instance: { } instance, Arguments: [var first, ..] } call when IsSum(call) => (instance, first.Value),
        IInvocationOperation { Instance: null, Arguments: [var first, var second, ..] } call when IsSum(call) => (first.Value, second.Value),
        _ => null,
    };

    private bool IsSum(IInvocationOperation call) => TensorMethods.Adds(call.TargetMethod.Name) && IsOfLibraries(call);

    private bool IsOfLibraries(IInvocationOperation call) =>
        _types.IsOfTorch(call.TargetMethod.ContainingType) || TensorTypes.Is(call.TargetMethod.ContainingType, _types.Operators)
            || _types.IsToolkitTensor(call.TargetMethod.ContainingType);

    /// <summary>What an expression is made of where it is linear in all of it; null where it is not, or that can't be told.</summary>
    private LinearTerm? Term(IOperation expression, int depth)
    {
        IOperation operation = Expression.Unconverted(expression);
        if (depth == 0)
            return null;
        if (MemberOf(operation) is { } member)
            return LinearTerm.Of(member);
        switch (operation)
        {
            case IParenthesizedOperation parenthesized:
                return Term(parenthesized.Operand, depth);
            case ILocalReferenceOperation { Local.DeclaringSyntaxReferences: [{ } reference] }:
                return reference.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: { } value }
                    && _bodies.OperationOf(value, CancellationToken.None) is { } initial ? Term(initial, depth - 1) : LinearTerm.Input;
            case IParameterReferenceOperation or ILocalReferenceOperation:
                return LinearTerm.Input;
            case IPropertyReferenceOperation { Instance: { } whole, Property.IsIndexer: false } property
                when _types.IsTorchTensor(property.Property.ContainingType):
                return Term(whole, depth - 1);
            case IBinaryOperation binary when MatrixProduct.Read(binary, _types) is { } product:
                return Both(product.Left, product.Right, depth);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide } scaled:
                bool isLeft = _types.IsMatrix(scaled.LeftOperand.Type), isRight = _types.IsMatrix(scaled.RightOperand.Type);
                return isLeft == isRight ? null : Term(isLeft ? scaled.LeftOperand : scaled.RightOperand, depth - 1);
            case IInvocationOperation call:
                return OfCall(call, depth);
            default:
                return null;
        }
    }

    private LinearTerm? OfCall(IInvocationOperation call, int depth)
    {
        if (MatrixProduct.Read(call, _types) is { Destination: null } product)
            return Both(product.Left, product.Right, depth);
        IMethodSymbol method = call.TargetMethod;
        if (method.Name is "forward" or "call" or "Forward" && call is { Instance: { } layer, Arguments: [{ Value: var input }, ..] })
        {
            if (Expression.Unconverted(layer) is IInstanceReferenceOperation)
                return KnownTypes.DerivesFrom(method.ContainingType, _types.TorchLinear) ? Behind(input, _type, depth) : null;
            if (MemberOf(layer) is not { } held)
                return null;
            ITypeSymbol? made = Expression.Unconverted(layer).Type;
            if (KnownTypes.DerivesFrom(made, _types.TorchLinear) || KnownTypes.DerivesFrom(made, _types.Linear))
                return Behind(input, held, depth);
            return PassesOn(held) ? Term(input, depth - 1) : null;
        }

        if (IsOfLibraries(call) && (TensorMethods.KeepsNumbers(method.Name) || TensorMethods.Transposes(method.Name) || TensorMethods.Scales(method.Name)))
            return (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } kept ? Term(kept, depth - 1) : null;
        if (call.Arguments is [{ Value: var only }, ..] && _types.Products.MovedBy(method) is not null)
            return Term(only, depth - 1);
        return method.DeclaringSyntaxReferences is [{ } reference] && ReturnedBy(reference.GetSyntax()) is { } value
            && _bodies.OperationOf(value, CancellationToken.None) is { } returned ? Term(returned, depth - 1) : null;
    }

    private static ExpressionSyntax? ReturnedBy(SyntaxNode declaration) => declaration switch
    {
        MethodDeclarationSyntax { ExpressionBody.Expression: var value } => value,
        MethodDeclarationSyntax { Body.Statements: [ReturnStatementSyntax { Expression: { } value }] } => value,
        _ => null,
    };

    private LinearTerm? Behind(IOperation input, ISymbol layer, int depth) =>
        Term(input, depth - 1) is { } term ? LinearTerm.Product(term, LinearTerm.Of(layer)) : null;

    private LinearTerm? Both(IOperation left, IOperation right, int depth) =>
        Term(left, depth - 1) is { } first && Term(right, depth - 1) is { } second ? LinearTerm.Product(first, second) : null;

    /// <summary>Whether a layer that a member is given passes on what it is given, up to chance: dropout, or none at all.</summary>
    public bool PassesOn(ISymbol member) => _passesOn.GetOrAdd(member, IsPassedOn);

    private bool IsPassedOn(ISymbol member)
    {
        ITypeSymbol[] given = [.. _code.GivenTo(member).Select(value => Expression.Unconverted(value).Type).OfType<ITypeSymbol>()];
        return given.Length > 0 && given.All(type => _types.IsOfTorch(type) && TensorMethods.PassesOn(type.Name));
    }
}
