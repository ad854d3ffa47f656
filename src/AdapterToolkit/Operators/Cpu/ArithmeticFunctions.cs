using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>left + right.</summary>
internal readonly struct SumFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Arithmetic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Add(left, right);
}

/// <summary>left - right.</summary>
internal readonly struct DifferenceFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Arithmetic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Subtract(left, right);
}

/// <summary>left · right.</summary>
internal readonly struct ProductFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Arithmetic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Multiply(left, right);
}

/// <summary>right - left.</summary>
internal readonly struct ReversedDifferenceFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Arithmetic;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Subtract(right, left);
}
