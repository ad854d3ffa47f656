using System.Numerics;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Elementary functions of vectors of the processor's usual width.</summary>
internal static class Elementary
{
    /// <summary>eˣ.</summary>
    internal static Vector<float> Exp(Vector<float> x) => Vector<float>.Count switch
    {
        16 => VectorMath.Exp(x.AsVector512()).AsVector(),
        8 => VectorMath.Exp(x.AsVector256()).AsVector(),
        _ => VectorMath.Exp(x.AsVector128()).AsVector(),
    };

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
    internal static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));

    /// <summary>Φ(x) = (1 + erf(x / √2)) / 2.</summary>
    internal static Vector<float> NormalDistribution(Vector<float> x)
    {
        const float inverseRootOfTwo = 0.70710678f;
        Vector<float> scaled = inverseRootOfTwo * x;
        Vector<float> erf = Vector<float>.Count switch
        {
            16 => VectorMath.Erf(scaled.AsVector512()).AsVector(),
            8 => VectorMath.Erf(scaled.AsVector256()).AsVector(),
            _ => VectorMath.Erf(scaled.AsVector128()).AsVector(),
        };
        return 0.5f * (Vector<float>.One + erf);
    }
}
