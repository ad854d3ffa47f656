using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators.Cpu;

namespace AdapterToolkit.Optimizers;

/// <summary>The step of <see cref="AdamWUpdate"/> on the CPU device.</summary>
/// <param name="value">w.</param>
/// <param name="gradient">g.</param>
/// <param name="firstMoment">m.</param>
/// <param name="secondMoment">v.</param>
/// <param name="coefficients">What the step multiplies by.</param>
internal readonly unsafe struct AdamWCpuKernel(
    float* value, float* gradient, float* firstMoment, float* secondMoment, AdamWCoefficients coefficients) : IElementKernel
{
    private readonly float* _value = value;
    private readonly float* _gradient = gradient;
    private readonly float* _firstMoment = firstMoment;
    private readonly float* _secondMoment = secondMoment;
    private readonly AdamWCoefficients _coefficients = coefficients;

    public static int Cost => ElementCost.ErrorFunction;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        TVector g = TOperations.Multiply(TOperations.Load(ref *_gradient, i), TOperations.Create(_coefficients.GradientFactor));
        TVector m = TOperations.Load(ref *_firstMoment, i);
        m = TOperations.MultiplyAdd(TOperations.Subtract(g, m), TOperations.Create(_coefficients.FirstShare), m);
        TOperations.Store(m, ref *_firstMoment, i);

        TVector v = TOperations.Multiply(TOperations.Load(ref *_secondMoment, i), TOperations.Create(_coefficients.Beta2));
        v = TOperations.MultiplyAdd(TOperations.Multiply(g, g), TOperations.Create(_coefficients.SecondShare), v);
        TOperations.Store(v, ref *_secondMoment, i);

        TVector root = TOperations.Divide(TOperations.Sqrt(v), TOperations.Create(_coefficients.SecondBias));
        TVector denominator = TOperations.Add(root, TOperations.Create(_coefficients.Epsilon));
        TVector w = TOperations.Multiply(TOperations.Load(ref *_value, i), TOperations.Create(_coefficients.Decay));
        w = TOperations.Subtract(w, TOperations.Multiply(TOperations.Create(_coefficients.StepSize), TOperations.Divide(m, denominator)));
        TOperations.Store(w, ref *_value, i);
    }
}
