using System.Numerics;
using System.Runtime.Intrinsics;
using AdapterToolkit.Kernels;

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
}
