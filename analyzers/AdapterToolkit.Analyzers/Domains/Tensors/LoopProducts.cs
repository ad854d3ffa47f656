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
            if (BodyOf(target) is not { } body || (new LoopReader(target, body).Product() ?? HandedOn(target, body)) is not { } product
                || (found is not null && found != product))
                return null;
            found = product;
        }

        return found;
    }

    /// <summary>What an operator multiplies that returns what a method makes of its operands.</summary>
    private LoopProduct? HandedOn(IMethodSymbol target, IOperation body)
    {
        if (target.MethodKind != MethodKind.UserDefinedOperator)
            return null;
        IReturnOperation? returned = body.Descendants().OfType<IReturnOperation>().FirstOrDefault();
        return returned?.ReturnedValue is { } value && Expression.Unconverted(value) is IInvocationOperation { TargetMethod: var called } call
            && called.MethodKind == MethodKind.Ordinary && Of(called) is { Destination: null } product
            && Given(call, product.Left) is { } left && Given(call, product.Right) is { } right && left != right
            ? new LoopProduct(left, right, null)
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
        !method.IsAbstract && !method.IsVirtual && !method.IsOverride && BodyOf(method) is { } body ? new LoopReader(method, body).Moved() : null;

    private IOperation? BodyOf(IMethodSymbol method)
    {
        foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
        {
            if (MayMatter(method, reference.GetSyntax()) && _bodies.OperationOf(reference.GetSyntax(), CancellationToken.None) is { } body)
                return body;
        }

        return null;
    }

    /// <summary>Whether the text of a method has what a product needs: a loop, and elements. All others are not looked at more closely.</summary>
    private static bool MayMatter(IMethodSymbol method, SyntaxNode declaration)
    {
        if (method.MethodKind == MethodKind.UserDefinedOperator)
            return true;
        bool loops = false, hasElements = false;
        foreach (SyntaxNode node in declaration.DescendantNodes())
        {
            loops |= node is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax or LambdaExpressionSyntax;
            hasElements |= node is ElementAccessExpressionSyntax or SimpleNameSyntax { Identifier.ValueText: "Dot" or "Add" };
            if (loops && hasElements)
                return true;
        }

        return false;
    }
}
