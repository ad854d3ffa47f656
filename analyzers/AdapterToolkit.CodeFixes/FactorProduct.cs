using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace AdapterToolkit.CodeFixes;

/// <summary>An expression around the product of two factors: scaled, transposed, in parentheses, or behind a name.</summary>
/// <param name="Left">The first factor.</param>
/// <param name="Right">The second factor.</param>
/// <param name="IsTransposed">Whether the whole is the product's transpose.</param>
/// <param name="Transpose">Writes the transpose of an expression as the code does; null where it has none.</param>
/// <param name="Wrap">Writes what stands around the product around another expression.</param>
/// <param name="Locals">The locals that the product was kept in.</param>
/// <param name="IsWrapped">Whether anything stands around the product.</param>
internal sealed record FactorProduct(
    ExpressionSyntax Left,
    ExpressionSyntax Right,
    bool IsTransposed,
    Func<ExpressionSyntax, ExpressionSyntax>? Transpose,
    Func<ExpressionSyntax, ExpressionSyntax> Wrap,
    IReadOnlyList<VariableDeclaratorSyntax> Locals,
    bool IsWrapped)
{
    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="types">The known types.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>What it is made of; null where that is not known well enough to be rewritten.</returns>
    public static FactorProduct? Read(ExpressionSyntax expression, SemanticModel model, TensorTypes types, CancellationToken cancellation) =>
        new Reader(model, types, cancellation).Read(expression, depth: 8);

    private sealed class Reader(SemanticModel model, TensorTypes types, CancellationToken cancellation)
    {
        public FactorProduct? Read(ExpressionSyntax expression, int depth)
        {
            if (depth == 0)
                return null;
            switch (expression)
            {
                case ParenthesizedExpressionSyntax parenthesized:
                    return Around(parenthesized.Expression, depth,
                        inner => parenthesized.WithExpression(inner).WithAdditionalAnnotations(Simplifier.Annotation));
                case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression } negated:
                    return Around(negated.Operand, depth, inner => negated.WithOperand(Syntax.Operand(inner)));
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } times
                    when Product(times) is { IsPlain: true, TransposesRight: false, Left.Syntax: ExpressionSyntax left, Right.Syntax: ExpressionSyntax right }:
                    return new FactorProduct(left, right, false, null, inner => inner, [], false);
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression or (int)SyntaxKind.DivideExpression } scaled
                    when Product(scaled) is null:
                    return IsMatrix(scaled.Left) && !IsMatrix(scaled.Right)
                        ? Around(scaled.Left, depth, inner => scaled.WithLeft(Syntax.Operand(inner)))
                        : IsMatrix(scaled.Right) && !IsMatrix(scaled.Left) && scaled.IsKind(SyntaxKind.MultiplyExpression)
                            ? Around(scaled.Right, depth, inner => scaled.WithRight(Syntax.Operand(inner)))
                            : null;
                case MemberAccessExpressionSyntax { Name.Identifier.ValueText: var member } access when TensorMethods.Transposes(member):
                    return Transposed(Read(access.Expression, depth - 1), inner => access.WithExpression(Syntax.Receiver(inner)).WithoutTrivia());
                case InvocationExpressionSyntax call:
                    return Call(call, depth);
                case IdentifierNameSyntax name:
                    return Name(name, depth);
                default:
                    return null;
            }
        }

        private FactorProduct? Call(InvocationExpressionSyntax call, int depth)
        {
            if (Product(call) is { } product)
            {
                if (product.Destination is not null || product.Addend is not null || product.Left.Syntax is not ExpressionSyntax left
                    || product.Right.Syntax is not ExpressionSyntax right || !Syntax.TakesOnly(call, left, right) || !product.IsPlain)
                    return null;
                if (!product.TransposesRight)
                    return new FactorProduct(left, right, false, null, inner => inner, [], false);
                if (Syntax.Untransposed(right) is null && !types.IsTorchTensor(model.GetTypeInfo(right, cancellation).Type))
                    return null;
                return new FactorProduct(left, Syntax.Untransposed(right) ?? Syntax.Member(right, "T"),
                    false, inner => Syntax.Member(inner, "T"), inner => inner, [], false);
            }

            if (call is { Expression: IdentifierNameSyntax, ArgumentList.Arguments.Count: 0 }
                && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { DeclaringSyntaxReferences: [{ } reference] } helper
                && helper is { IsVirtual: false, IsOverride: false, IsAbstract: false, IsAsync: false })
                return helper.Parameters.IsEmpty ? Inlined(ReturnedBy(reference.GetSyntax(cancellation)), call, depth) : null;
            if (call.Expression is MemberAccessExpressionSyntax access
                && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { IsStatic: false } method)
            {
                if (TensorMethods.Transposes(method.Name) && method.Name != "permute")
                    return Transposed(Read(access.Expression, depth - 1),
                        inner => call.WithExpression(access.WithExpression(Syntax.Receiver(inner))).WithoutTrivia());
                bool isByNumber = call.ArgumentList.Arguments.All(argument => !IsMatrix(argument.Expression));
                return (TensorMethods.Scales(method.Name) && !method.Name.EndsWith("_", StringComparison.Ordinal) && isByNumber) || method.Name == "contiguous"
                    ? Around(access.Expression, depth, inner => call.WithExpression(access.WithExpression(Syntax.Receiver(inner))))
                    : null;
            }

            if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol { IsStatic: true } function || call.ArgumentList.Arguments.Count == 0)
                return null;
            ArgumentSyntax first = call.ArgumentList.Arguments[0];
            if (TensorMethods.Transposes(function.Name) && call.ArgumentList.Arguments.Skip(1).All(argument => !IsMatrix(argument.Expression)))
                return Transposed(Read(first.Expression, depth - 1), inner => call.ReplaceNode(first.Expression, inner).WithoutTrivia());
            return TensorMethods.Scales(function.Name) && call.ArgumentList.Arguments.Skip(1).All(argument => !IsMatrix(argument.Expression))
                ? Around(first.Expression, depth, inner => call.ReplaceNode(first.Expression, inner))
                : null;
        }

        /// <summary>A local that is given the product once, or a property that returns it.</summary>
        private FactorProduct? Name(IdentifierNameSyntax name, int depth)
        {
            switch (model.GetSymbolInfo(name, cancellation).Symbol)
            {
                case ILocalSymbol { DeclaringSyntaxReferences: [{ } reference] } local:
                    if (reference.GetSyntax(cancellation) is not VariableDeclaratorSyntax { Initializer.Value: { } initializer } declarator
                        || !KeepsItsValue(local, declarator) || !UsesOnlyWhatStays(initializer, declarator))
                        return null;
                    return Read(initializer, depth - 1) is { } kept ? kept with { Locals = [.. kept.Locals, declarator] } : null;
                case IPropertySymbol { IsVirtual: false, DeclaringSyntaxReferences: [{ } reference] }:
                    return Inlined(reference.GetSyntax(cancellation) is PropertyDeclarationSyntax { ExpressionBody.Expression: { } body } ? body : null,
                        name, depth);
                default:
                    return null;
            }
        }

        /// <summary>What a member of the class returns, where that can be written in the member's place and means the same there.</summary>
        private FactorProduct? Inlined(ExpressionSyntax? returned, ExpressionSyntax place, int depth)
        {
            if (returned is null || returned.SyntaxTree != place.SyntaxTree
                || returned.FirstAncestorOrSelf<TypeDeclarationSyntax>() != place.FirstAncestorOrSelf<TypeDeclarationSyntax>())
                return null;
            bool meansTheSame = returned.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().All(used =>
                (used.Parent is MemberAccessExpressionSyntax access && access.Name == used)
                || used.Parent is MemberBindingExpressionSyntax or NameColonSyntax
                || model.LookupSymbols(place.SpanStart, name: used.Identifier.ValueText) is [{ } found, ..]
                    && model.GetSymbolInfo(used, cancellation).Symbol is { } symbol
                    && (SymbolEqualityComparer.Default.Equals(found, symbol) || (found is IMethodSymbol && symbol is IMethodSymbol
                        && SymbolEqualityComparer.Default.Equals(found.ContainingType, symbol.ContainingType))));
            return meansTheSame ? Read(returned, depth - 1) : null;
        }

        /// <summary>What a method without parameters returns.</summary>
        private static ExpressionSyntax? ReturnedBy(SyntaxNode declaration) => declaration switch
        {
            MethodDeclarationSyntax { ExpressionBody.Expression: { } expression } => expression,
            LocalFunctionStatementSyntax { ExpressionBody.Expression: { } expression } => expression,
            MethodDeclarationSyntax { Body.Statements: [ReturnStatementSyntax { Expression: { } expression }] } => expression,
            LocalFunctionStatementSyntax { Body.Statements: [ReturnStatementSyntax { Expression: { } expression }] } => expression,
            _ => null,
        };

        /// <summary>Whether a local is assigned nowhere but where it is declared.</summary>
        private bool KeepsItsValue(ISymbol variable, SyntaxNode declaration)
        {
            SyntaxNode scope = declaration.Ancestors().First(node => node is MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax);
            return !scope.DescendantNodes().OfType<IdentifierNameSyntax>().Any(use => use.Identifier.ValueText == variable.Name && Syntax.IsWritten(use)
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use, cancellation).Symbol, variable));
        }

        /// <summary>Whether every variable that an expression reads keeps its value, so that the expression means the same later.</summary>
        private bool UsesOnlyWhatStays(ExpressionSyntax expression, SyntaxNode declaration) =>
            expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
                .All(name => model.GetSymbolInfo(name, cancellation).Symbol is not (ILocalSymbol or IParameterSymbol) and { }
                    || (model.GetSymbolInfo(name, cancellation).Symbol is { } variable && KeepsItsValue(variable, declaration)));

        private MatrixProduct? Product(ExpressionSyntax expression) =>
            model.GetOperation(expression, cancellation) is { } operation ? MatrixProduct.Read(operation, types) : null;

        private bool IsMatrix(ExpressionSyntax expression) => types.IsMatrix(model.GetTypeInfo(expression, cancellation).Type);

        /// <summary>Reads an expression around which something stands.</summary>
        private FactorProduct? Around(ExpressionSyntax inside, int depth, Func<ExpressionSyntax, ExpressionSyntax> wrap) =>
            Read(inside, depth - 1) is { } product ? product with { Wrap = inner => wrap(product.Wrap(inner).WithTriviaFrom(inside)), IsWrapped = true } : null;

        private static FactorProduct? Transposed(FactorProduct? product, Func<ExpressionSyntax, ExpressionSyntax> transpose) =>
            product is null ? null : product with { IsTransposed = !product.IsTransposed, Transpose = transpose };
    }
}
