using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells which methods of a compilation multiply matrices, by what their loops do and not by what they are called: they add up products of numbers of two
/// operands, c[i, j] += a[i, k] · b[k, j], over an index that both have and the result has not.
/// </summary>
/// <param name="compilation">The compilation.</param>
internal sealed class LoopProducts(Compilation compilation)
{
    private readonly Bodies _bodies = Bodies.Of(compilation);
    private readonly CallTargets _targets = CallTargets.Of(compilation);
    private readonly ConcurrentDictionary<IMethodSymbol, LoopProduct?> _products = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, int?> _copies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _matrices = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, InnerProduct?> _innerProducts = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<SyntaxNode, LoopReader?> _readers = new();

    /// <summary>What a method of the compilation multiplies; null where it multiplies nothing.</summary>
    public LoopProduct? Of(IMethodSymbol method)
    {
        method = Bodies.DefinitionOf(method);
        return method.DeclaringSyntaxReferences.Length == 0 || method.Parameters.Length + (method.IsStatic ? 0 : 1) < 2
            ? null
            : _products.GetOrAdd(method, Find);
    }

    /// <summary>The operand of which a method only moves the numbers, as to transpose it; null where it does more, or nothing.</summary>
    public int? MovedBy(IMethodSymbol method)
    {
        method = Bodies.DefinitionOf(method);
        return method.DeclaringSyntaxReferences.Length == 0 || method.ReturnsVoid ? null : _copies.GetOrAdd(method, FindMoved);
    }

    /// <summary>Whether a type of the compilation is a matrix: it has a method or operator that multiplies it.</summary>
    public bool IsMatrix(ITypeSymbol type) =>
        type is INamedTypeSymbol { DeclaringSyntaxReferences.Length: > 0, TypeKind: TypeKind.Class or TypeKind.Struct }
            && _matrices.GetOrAdd(type.OriginalDefinition, found => found.GetMembers().OfType<IMethodSymbol>().Any(method => Multiplies(method, found)));

    private bool Multiplies(IMethodSymbol method, ITypeSymbol type) =>
        Of(method) is { } product && (IsOf(product.Left, method, type) || IsOf(product.Right, method, type));

    private static bool IsOf(int operand, IMethodSymbol method, ITypeSymbol type) =>
        operand == LoopProduct.This || SymbolEqualityComparer.Default.Equals(method.Parameters[operand].Type.OriginalDefinition, type);

    private LoopProduct? Find(IMethodSymbol method)
    {
        LoopProduct? found = null;
        ImmutableArray<IMethodSymbol> targets = _targets.Of(method);
        foreach (IMethodSymbol target in method.MethodKind == MethodKind.LocalFunction ? [method] : targets)
        {
            if (BodyOf(target) is not { } body || (InLoops(target, body) ?? HandedOn(target, body)) is not { } product
                || (found is not null && found != product))
                return null;
            found = product;
        }

        return found;
    }

    /// <summary>What the loops of a body do; null where it has none that work on numbers.</summary>
    /// <param name="body">The whole body.</param>
    public LoopReader? ReaderOf(IOperation body) =>
        _readers.GetOrAdd(body.Syntax, syntax => HasLoops(syntax) ? new LoopReader(body, InnerProductOf) : null);

    /// <summary>What a method multiplies that returns one number of a product; null where it is no such method.</summary>
    private InnerProduct? InnerProductOf(IMethodSymbol method)
    {
        method = Bodies.DefinitionOf(method);
        return method.DeclaringSyntaxReferences.Length == 0 || method.ReturnsVoid || !TensorTypes.IsScalar(method.ReturnType) || method.IsVirtual
            || method.IsOverride || method.IsAbstract || method.Parameters.Length < 2
            ? null
            : _innerProducts.GetOrAdd(method, FindInnerProduct);
    }

    private InnerProduct? FindInnerProduct(IMethodSymbol method) =>
        BodyOf(method) is { } body && new LoopReader(body, static _ => null).Returned() is var (left, right)
            && OperandOf(left, method) is { } first and not LoopProduct.This && OperandOf(right, method) is { } second and not LoopProduct.This
            && first != second
            ? new InnerProduct(first, second, IndicesIn(left, method), IndicesIn(right, method))
            : null;

    private static ImmutableArray<int> IndicesIn(Numbers numbers, IMethodSymbol method) =>
    [
        .. numbers.Expression.DescendantsAndSelf().OfType<IParameterReferenceOperation>().Select(reference => reference.Parameter)
            .Where(parameter => TensorTypes.IsScalar(parameter.Type) && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method))
            .Select(parameter => parameter.Ordinal).Distinct(),
    ];

    private LoopProduct? InLoops(IMethodSymbol method, IOperation body)
    {
        if (!method.ReturnsVoid && TensorTypes.IsScalar(method.ReturnType))
            return null;
        foreach (Contraction contraction in ReaderOf(body)?.Contractions ?? [])
        {
            if (OperandOf(contraction.Left, method) is not { } left || OperandOf(contraction.Right, method) is not { } right || left == right)
                continue;
            int? destination = method.ReturnsVoid ? OperandOf(contraction.Written, method) : null;
            if (method.ReturnsVoid && destination is not >= 0)
                continue;
            (Numbers first, Numbers second) = left < right ? (contraction.Left, contraction.Right) : (contraction.Right, contraction.Left);
            return new LoopProduct(Math.Min(left, right), Math.Max(left, right), destination, contraction.FormOf(first, second))
            {
                Accumulates = destination is not null && contraction.Accumulates && !ReaderOf(body)!.Sets(contraction.Written),
            };
        }

        return null;
    }

    /// <summary>The operand of a method that holds a matrix; null where none does, or several.</summary>
    private static int? OperandOf(Numbers numbers, IMethodSymbol method)
    {
        int? operand = null;
        foreach (ISymbol source in numbers.Sources)
        {
            int? place = source is IParameterSymbol parameter
                ? SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method) ? parameter.Ordinal
                    : IsOfClass(parameter, method) ? LoopProduct.This : null
                : source is IFieldSymbol or IPropertySymbol && !source.IsStatic && !method.IsStatic ? LoopProduct.This : null;
            if (place is null || (operand is not null && operand != place))
                return null;
            operand = place;
        }

        return operand;
    }

    /// <summary>Whether a parameter is one of the class, which its methods use.</summary>
    private static bool IsOfClass(IParameterSymbol parameter, IMethodSymbol method) => !method.IsStatic
        && parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: var type }
        && SymbolEqualityComparer.Default.Equals(type, method.ContainingType);

    /// <summary>What an operator multiplies that returns what a method makes of its operands.</summary>
    private LoopProduct? HandedOn(IMethodSymbol target, IOperation body)
    {
        if (target.MethodKind != MethodKind.UserDefinedOperator)
            return null;
        IReturnOperation? returned = body.Descendants().OfType<IReturnOperation>().FirstOrDefault();
        return returned?.ReturnedValue is { } value && Expression.Unconverted(value) is IInvocationOperation { TargetMethod: var called } call
            && called.MethodKind == MethodKind.Ordinary && Of(called) is { Destination: null } product
            && Given(call, product.Left) is { } left && Given(call, product.Right) is { } right && left != right
            ? new LoopProduct(left, right, null, left < right ? product.Form : ProductForm.Other)
            : null;
    }

    private static int? Given(IInvocationOperation call, int operand)
    {
        IOperation? given = operand == LoopProduct.This
            ? call.Instance
            : call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == operand)?.Value;
        return given is not null && Expression.Unconverted(given) is IParameterReferenceOperation { Parameter.Ordinal: var place } ? place : null;
    }

    private int? FindMoved(IMethodSymbol method) =>
        !method.IsAbstract && !method.IsVirtual && !method.IsOverride && BodyOf(method) is { } body && ReaderOf(body)?.Moved() is { } moved
            ? OperandOf(moved, method)
            : null;

    private IOperation? BodyOf(IMethodSymbol method)
    {
        foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
        {
            if (MayMatter(method, reference.GetSyntax()) && _bodies.OperationOf(reference.GetSyntax(), CancellationToken.None) is { } body)
                return body;
        }

        return null;
    }

    private static bool MayMatter(IMethodSymbol method, SyntaxNode declaration) =>
        method.MethodKind == MethodKind.UserDefinedOperator || HasLoops(declaration);

    /// <summary>Whether the text of a body has what a product needs: a loop, and elements. All others are not looked at more closely.</summary>
    private static bool HasLoops(SyntaxNode body)
    {
        bool loops = false, hasElements = false;
        foreach (SyntaxNode node in body.DescendantNodes())
        {
            loops |= node is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax or LambdaExpressionSyntax
                or QueryExpressionSyntax;
            hasElements |= node is ElementAccessExpressionSyntax or SimpleNameSyntax { Identifier.ValueText: "Dot" or "Add" or "Sum" or "Aggregate" };
            if (loops && hasElements)
                return true;
        }

        return false;
    }
}
