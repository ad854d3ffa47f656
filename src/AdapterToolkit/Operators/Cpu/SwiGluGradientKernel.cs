using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>dgate = dy · up · σ(gate) (1 + gate (1 - σ(gate))) and dup = dy · gate · σ(gate), with one σ for both.</summary>
/// <param name="gradient">dy.</param>
/// <param name="gate">The gate.</param>
/// <param name="up">What the gate multiplies.</param>
/// <param name="gateGradient">Receives dgate; null where it is not wanted.</param>
/// <param name="upGradient">Receives dup; null where it is not wanted.</param>
internal readonly unsafe struct SwiGluGradientKernel(Tensor gradient, Tensor gate, Tensor up, Tensor? gateGradient, Tensor? upGradient) : IElementKernel
{
    private readonly float* _gradient = Elementwise.Pointer(gradient);
    private readonly float* _gate = Elementwise.Pointer(gate);
    private readonly float* _up = Elementwise.Pointer(up);
    private readonly float* _gateGradient = gateGradient is null ? null : Elementwise.Pointer(gateGradient);
    private readonly float* _upGradient = upGradient is null ? null : Elementwise.Pointer(upGradient);

    public static int Cost => ElementCost.Exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector dy = TOperations.Load(ref *_gradient, i);
        TVector x = TOperations.Load(ref *_gate, i);
        TVector sigmoid = VectorMath.Sigmoid<TOperations, TVector>(x);
        if (_gateGradient is not null)
        {
            TVector derivative = SiluGradientFunction.Derivative<TOperations, TVector>(x, sigmoid);
            TOperations.Store(TOperations.Multiply(TOperations.Multiply(dy, TOperations.Load(ref *_up, i)), derivative), ref *_gateGradient, i);
        }

        if (_upGradient is not null)
            TOperations.Store(TOperations.Multiply(dy, TOperations.Multiply(x, sigmoid)), ref *_upGradient, i);
    }
}
