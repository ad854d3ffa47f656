using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>An expression that multiplies two matrices, or a matrix and a vector.</summary>
/// <param name="Left">The first operand.</param>
/// <param name="Right">The second operand.</param>
/// <param name="TransposesRight">Whether the second operand is transposed first, as in <c>linear(x, W)</c> = x Wᵀ.</param>
/// <param name="Addend">What is added to the product; null for nothing.</param>
/// <param name="Destination">Where the product is written; null where it is the result of the expression.</param>
internal sealed record MatrixProduct(IOperation Left, IOperation Right, bool TransposesRight, IOperation? Addend, IOperation? Destination)
{
    private static readonly ImmutableHashSet<string> s_names = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "mm", "bmm", "mv", "dot", "inner", "tensordot", "linear", "einsum", "multi_dot", "chain_matmul",
        "addmm", "addmv", "addbmm", "baddbmm", "addr", "matvec", "gemv", "sgemv", "dgemv");

    private static readonly string[] s_transposing = ["NT", "TN", "TT", "_nt", "_tn", "_tt", "BT", "AT"];

    private static readonly ImmutableHashSet<string> s_others = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase, "dot", "inner", "tensordot", "einsum", "multi_dot", "chain_matmul");

    private static readonly string[] s_parts =
        ["matmul", "mat_mul", "gemm", "matrixmultiply", "multiplymatri", "matrixproduct", "productofmatri", "matrixvector", "mulmat", "batchmul"];

    /// <summary>
    /// Whether it is known to multiply the operands as they are, but for <see cref="TransposesRight"/>, so that others can stand in their places.
    /// </summary>
    public bool IsPlain { get; private init; }

    /// <summary>Reads a call, or the <c>*</c> of a matrix type.</summary>
    /// <param name="operation">The expression.</param>
    /// <param name="types">The known types.</param>
    /// <returns>The product; null where the expression is none.</returns>
    public static MatrixProduct? Read(IOperation operation, TensorTypes types) => operation switch
    {
        IInvocationOperation call => Read(call, types),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply, OperatorMethod: { } method } binary when types.Products.Of(method) is { } loops =>
            OfForm(new MatrixProduct(binary.LeftOperand, binary.RightOperand, false, null, null), loops.Form),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply, OperatorMethod: not null } binary
            when types.IsLibraryMatrix(binary.LeftOperand.Type) && types.IsMatrix(binary.RightOperand.Type) =>
            new MatrixProduct(binary.LeftOperand, binary.RightOperand, false, null, null) { IsPlain = true },
        _ => null,
    };

    /// <summary>Whether a method multiplies matrices: one of the compilation by what it does, one of a library by its name.</summary>
    public static bool IsProduct(IMethodSymbol method, TensorTypes types) =>
        types.Products.Of(method) is not null || (NameInLibrary(method) is { } name && IsNamedProduct(name));

    /// <summary>The name by which a library knows a method; null for a method that the compilation declares itself.</summary>
    private static string? NameInLibrary(IMethodSymbol method) =>
        method.IsExtern ? method.GetDllImportData()?.EntryPointName ?? method.Name : method.DeclaringSyntaxReferences.Length == 0 ? method.Name : null;

    private static bool IsNamedProduct(string name)
    {
        if (s_names.Contains(WithoutDestination(name)))
            return true;
        foreach (string part in s_parts)
        {
            if (name.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Whether the name of a library's method says that it transposes what it multiplies: <c>MatMulTransposed</c>, <c>GemmNT</c>.</summary>
    private static bool TransposesByName(string name) =>
        name.IndexOf("transpos", StringComparison.OrdinalIgnoreCase) >= 0
        || s_transposing.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>The name of a method without the ending that says where it writes: in place, or to a tensor that it is given.</summary>
    private static string WithoutDestination(string name)
    {
        string bare = name.TrimEnd('_');
        return bare.EndsWith("_out", StringComparison.Ordinal) ? bare.Substring(0, bare.Length - "_out".Length) : bare;
    }

    private static MatrixProduct? Read(IInvocationOperation call, TensorTypes types)
    {
        IMethodSymbol method = call.TargetMethod;
        if (types.Products.Of(method) is { } loops)
            return OfLoops(call, loops);
        if (NameInLibrary(method) is not { } libraryName)
            return null;
        bool isMultiply = libraryName is "Multiply" or "Times" or "Product" or "Apply"
            && (types.IsLibraryMatrix(method.ContainingType) || method.Parameters.Any(parameter => types.IsLibraryMatrix(parameter.Type)));
        if (!isMultiply && !IsNamedProduct(libraryName))
            return null;
        bool isOfTorch = types.IsOfTorch(method.ContainingType);
        bool isInPlace = method.Name.EndsWith("_", StringComparison.Ordinal);
        IOperation? destination = null;
        List<IOperation> operands = [];
        if (!method.IsStatic && call.Instance is { } instance && types.IsMatrix(instance.Type))
            operands.Add(instance);
        foreach (IArgumentOperation argument in call.Arguments.OrderBy(argument => argument.Parameter?.Ordinal ?? 0))
        {
            if (argument is { Parameter.Name: "out" or "output" or "result", ArgumentKind: ArgumentKind.Explicit } && types.IsMatrix(argument.Value.Type))
            {
                destination = argument.Value;
                continue;
            }

            foreach (IOperation operand in Spread(argument, types))
            {
                if (argument.ArgumentKind != ArgumentKind.DefaultValue && (!isOfTorch || types.IsTorchTensor(operand.Type))
                    && operand.ConstantValue is not { HasValue: true, Value: null }
                    && (types.IsMatrix(operand.Type) || (operand is IConversionOperation conversion && types.IsMatrix(conversion.Operand.Type))))
                    operands.Add(operand);
            }
        }

        string name = WithoutDestination(libraryName).ToLowerInvariant();
        bool isPlain = !TransposesByName(method.Name) && !s_others.Contains(method.Name);
        if (operands.Count < 2)
            return null;
        if (name is "addmm" or "addmv" or "addbmm" or "baddbmm" or "addr")
        {
            return operands.Count == 3
                ? new MatrixProduct(operands[1], operands[2], false, operands[0], isInPlace ? operands[0] : destination) { IsPlain = isPlain }
                : null;
        }

        if (name == "linear")
            return new MatrixProduct(operands[0], operands[1], true, operands.Count > 2 ? operands[2] : null, null) { IsPlain = isPlain };
        if (operands.Count == 2)
            return new MatrixProduct(operands[0], operands[1], false, null, destination ?? (isInPlace ? call.Instance : null)) { IsPlain = isPlain };
        return method.ReturnsVoid && operands.Count == 3
            ? new MatrixProduct(operands[0], operands[1], false, null, operands[2]) { IsPlain = isPlain }
            : null;
    }

    /// <summary>A call of a method that multiplies in loops of its own.</summary>
    private static MatrixProduct? OfLoops(IInvocationOperation call, LoopProduct loops)
    {
        if (Operand(call, loops.Left) is not { } left || Operand(call, loops.Right) is not { } right)
            return null;
        IOperation? destination = loops.Destination is { } place ? Operand(call, place) : null;
        return OfForm(new MatrixProduct(left, right, false, loops.Accumulates ? destination : null, destination), loops.Form);
    }

    private static MatrixProduct OfForm(MatrixProduct product, ProductForm form) =>
        product with { TransposesRight = form == ProductForm.TransposesRight, IsPlain = form != ProductForm.Other };

    private static IOperation? Operand(IInvocationOperation call, int place) =>
        place == LoopProduct.This ? call.Instance : call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == place)?.Value;

    /// <summary>The expressions that an argument hands over: those in an array of matrices each by itself.</summary>
    private static ImmutableArray<IOperation> Spread(IArgumentOperation argument, TensorTypes types)
    {
        IOperation value = Expression.Unconverted(argument.Value);
        return value switch
        {
            IArrayCreationOperation { Initializer: { } initializer, Type: IArrayTypeSymbol array }
                when argument.ArgumentKind == ArgumentKind.ParamArray || types.HoldsTensor(array.ElementType) => initializer.ElementValues,
            ICollectionExpressionOperation { Elements: var elements } when elements.Any(element => types.HoldsTensor(element.Type)) => elements,
            _ => [argument.Value],
        };
    }
}
