using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Transcendental functions of vectors, with relative errors of some 1e-7. The polynomials are minimax approximations of
/// the relative error on the intervals named beside them.
/// </summary>
internal static class VectorMath
{
    /// <summary>
    /// eˣ = 2ⁿ eʳ with n the whole number nearest to x / ln 2 and |r| ≤ ln 2 / 2. Zero below -104, infinite above 88.8.
    /// </summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        x = TOperations.Min(TOperations.Create(89), TOperations.Max(TOperations.Create(-104), x));
        TVector n = TOperations.Round(TOperations.Multiply(x, TOperations.Create(1.44269504f)));

        // ln 2 in two parts, of which n times the first is exact.
        TVector r = TOperations.MultiplyAdd(n, TOperations.Create(-0.693145752f), x);
        r = TOperations.MultiplyAdd(n, TOperations.Create(-1.42860677e-6f), r);

        // eʳ = 1 + r + r² q(r).
        TVector q = TOperations.Create(0.00138145406f);
        q = TOperations.MultiplyAdd(q, r, TOperations.Create(0.00836874545f));
        q = TOperations.MultiplyAdd(q, r, TOperations.Create(0.041668389f));
        q = TOperations.MultiplyAdd(q, r, TOperations.Create(0.166665211f));
        q = TOperations.MultiplyAdd(q, r, TOperations.Create(0.49999994f));
        TVector one = TOperations.Create(1);
        TVector power = TOperations.Add(one, TOperations.MultiplyAdd(TOperations.Multiply(r, r), q, r));
        return TOperations.Scale(power, n);
    }

    /// <summary>The natural logarithm.</summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Log(x);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector one = TOperations.Create(1);
        TVector power = Exp<TOperations, TVector>(TOperations.Subtract(TOperations.Zero, x));
        return TOperations.Divide(one, TOperations.Add(one, power));
    }

    /// <summary>
    /// tanh x = x + x³ p(x²) for |x| below 0.625, elsewhere 1 - 2 / (e²ˣ + 1) for positive x and its negative for the others.
    /// </summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector magnitude = TOperations.Abs(x);
        TVector one = TOperations.Create(1);
        TVector power = Exp<TOperations, TVector>(TOperations.Add(magnitude, magnitude));
        TVector large = TOperations.Subtract(one, TOperations.Divide(TOperations.Create(2), TOperations.Add(power, one)));

        TVector square = TOperations.Multiply(x, x);
        TVector p = TOperations.Create(-0.00570498733f);
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(0.020639088f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(-0.0537397154f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(0.133314416f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(-0.333332807f));
        TVector small = TOperations.MultiplyAdd(TOperations.Multiply(square, x), p, x);
        return TOperations.SelectLess(magnitude, TOperations.Create(0.625f), small, TOperations.CopySign(large, x));
    }

    /// <summary>
    /// The error function: x p(x²) for |x| below 1, elsewhere 1 - e^-q(x) for positive x and its negative for the others.
    /// </summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector square = TOperations.Multiply(x, x);
        TVector p = TOperations.Create(7.85386146e-05f);
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(-0.000801019371f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(0.00518832775f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(-0.0268538129f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(0.112835854f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(-0.37612626f));
        p = TOperations.MultiplyAdd(p, square, TOperations.Create(1.12837911f));
        TVector small = TOperations.Multiply(p, x);

        // Beyond 4 the function is 1 in float32.
        TVector magnitude = TOperations.Min(TOperations.Create(4), TOperations.Abs(x));
        TVector q = TOperations.Create(2.16867465e-05f);
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(-0.000441335083f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(0.00420455495f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(-0.0252082385f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(0.108418547f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(0.633219898f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(1.12957835f));
        q = TOperations.MultiplyAdd(q, magnitude, TOperations.Create(-0.000188036385f));
        TVector large = TOperations.Subtract(TOperations.Create(1), Exp<TOperations, TVector>(TOperations.Subtract(TOperations.Zero, q)));
        return TOperations.SelectLess(magnitude, TOperations.Create(1), small, TOperations.CopySign(large, x));
    }

    /// <summary>eˣ.</summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Exp<VectorOperations512, Vector512<float>>(x);

    /// <summary>eˣ.</summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) => Exp<VectorOperations256, Vector256<float>>(x);

    /// <summary>eˣ.</summary>
    /// <param name="x">The arguments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x) => Exp<VectorOperations128, Vector128<float>>(x);
}
