using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>x σ(x).</summary>
internal readonly struct SiluFunction : IUnaryFunction
{
    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Multiply(x, VectorMath.Sigmoid<TOperations, TVector>(x));
}

/// <summary>The gradient dy σ(x) (1 + x (1 - σ(x))) from dy and x.</summary>
internal readonly struct SiluGradientFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector sigmoid = VectorMath.Sigmoid<TOperations, TVector>(right);
        return TOperations.Multiply(left, Derivative<TOperations, TVector>(right, sigmoid));
    }

    /// <summary>σ (1 + x (1 - σ)): the derivative of x σ(x).</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="x">The arguments.</param>
    /// <param name="sigmoid">σ(x).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TOperations, TVector>(TVector x, TVector sigmoid)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector one = TOperations.Create(1);
        return TOperations.Multiply(sigmoid, TOperations.MultiplyAdd(x, TOperations.Subtract(one, sigmoid), one));
    }
}

/// <summary>silu(gate) · up.</summary>
internal readonly struct SwiGluFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Multiply(SiluFunction.Apply<TOperations, TVector>(left), right);
}
