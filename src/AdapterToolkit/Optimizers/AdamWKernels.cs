using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Optimizers;

/// <summary>The step of AdamW.</summary>
internal static class AdamWKernels
{
    /// <summary>
    /// w ← (1 - η λ) w; m ← m + (1 - β₁) (g - m); v ← β₂ v + (1 - β₂) g²;
    /// w ← w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε). One thread an element.
    /// </summary>
    /// <param name="value">w.</param>
    /// <param name="gradient">g, before it is multiplied by its factor.</param>
    /// <param name="firstMoment">m.</param>
    /// <param name="secondMoment">v.</param>
    /// <param name="coefficients">What the step multiplies by.</param>
    [Kernel]
    public static void Update(
        ArrayView<float> value, ArrayView<float> gradient, ArrayView<float> firstMoment, ArrayView<float> secondMoment, AdamWCoefficients coefficients)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= value.IntLength)
            return;
        float g = gradient[i] * coefficients.GradientFactor;
        float m = firstMoment[i];
        m += coefficients.FirstShare * (g - m);
        firstMoment[i] = m;
        float v = (coefficients.Beta2 * secondMoment[i]) + (coefficients.SecondShare * (g * g));
        secondMoment[i] = v;
        float denominator = (XMath.Sqrt(v) / coefficients.SecondBias) + coefficients.Epsilon;
        value[i] = (coefficients.Decay * value[i]) - (coefficients.StepSize * (m / denominator));
    }
}
