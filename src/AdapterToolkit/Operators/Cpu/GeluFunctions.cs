using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>x Φ(x), with Φ(x) = (1 + erf(x / √2)) / 2.</summary>
internal readonly struct GeluFunction : IUnaryFunction
{
    private const float InverseRootOfTwo = 0.707106781f;

    public static int Cost => ElementCost.ErrorFunction;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Multiply(x, Distribution<TOperations, TVector>(x));

    /// <summary>Φ(x): the share of a standard normal distribution that lies below x.</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Distribution<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector half = TOperations.Create(0.5f);
        return TOperations.MultiplyAdd(half, VectorMath.Erf<TOperations, TVector>(TOperations.Multiply(x, TOperations.Create(InverseRootOfTwo))), half);
    }
}

/// <summary>The gradient dy (Φ(x) + x φ(x)) from dy and x, with φ(x) = e^(-x²/2) / √(2π).</summary>
internal readonly struct GeluGradientFunction : IBinaryFunction
{
    private const float InverseRootOfTwoPi = 0.398942280f;

    public static int Cost => ElementCost.ErrorFunction;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector power = VectorMath.Exp<TOperations, TVector>(TOperations.Multiply(TOperations.Multiply(right, right), TOperations.Create(-0.5f)));
        TVector density = TOperations.Multiply(power, TOperations.Create(InverseRootOfTwoPi));
        return TOperations.Multiply(left, TOperations.MultiplyAdd(right, density, GeluFunction.Distribution<TOperations, TVector>(right)));
    }
}

/// <summary>gelu's approximation x (1 + tanh z) / 2 = x σ(2 z) with z = √(2/π) (x + 0.044715 x³).</summary>
internal readonly struct GeluTanhFunction : IUnaryFunction
{
    /// <summary>2 √(2/π).</summary>
    internal const float Slope = 1.59576912f;

    internal const float Cubic = 0.044715f;

    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Multiply(x, Gate<TOperations, TVector>(x));

    /// <summary>σ(2 z).</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gate<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector factor = TOperations.MultiplyAdd(TOperations.Multiply(x, x), TOperations.Create(Slope * Cubic), TOperations.Create(Slope));
        return VectorMath.Sigmoid<TOperations, TVector>(TOperations.Multiply(x, factor));
    }
}

/// <summary>The gradient dy σ (1 + x (1 - σ) 2 z') from dy and x, with σ = σ(2 z) and z' = √(2/π) (1 + 3 · 0.044715 x²).</summary>
internal readonly struct GeluTanhGradientFunction : IBinaryFunction
{
    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector one = TOperations.Create(1);
        TVector gate = GeluTanhFunction.Gate<TOperations, TVector>(right);
        TVector slope = TOperations.MultiplyAdd(
            TOperations.Multiply(right, right),
            TOperations.Create(3 * GeluTanhFunction.Slope * GeluTanhFunction.Cubic),
            TOperations.Create(GeluTanhFunction.Slope));
        TVector change = TOperations.Multiply(TOperations.Multiply(right, TOperations.Subtract(one, gate)), slope);
        return TOperations.Multiply(TOperations.Multiply(left, gate), TOperations.Add(one, change));
    }
}
