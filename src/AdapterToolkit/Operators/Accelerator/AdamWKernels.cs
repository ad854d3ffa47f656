using System.ComponentModel;
using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The step of AdamW and the sums that clipping needs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AdamWKernels
{
    /// <summary>The most threads that a group of <see cref="SumOfSquares"/> may have.</summary>
    public const int MaximumThreads = 256;

    /// <summary>g = gradientFactor · gradient; m = β1 m + (1 - β1) g; v = β2 v + (1 - β2) g²; p = decay · p - stepSize · m / (inverseRoot · sqrt(v) + ε).</summary>
    /// <param name="value">p.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="firstMoment">m.</param>
    /// <param name="secondMoment">v.</param>
    /// <param name="gradientFactor">What the gradient is multiplied by first, to clip it.</param>
    /// <param name="beta1">β1.</param>
    /// <param name="beta2">β2.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="decay">What p is multiplied by.</param>
    /// <param name="stepSize">The learning rate over the first moment's bias correction.</param>
    /// <param name="inverseRoot">One over the root of the second moment's bias correction.</param>
    [Kernel]
    public static void Update(
        ArrayView<float> value,
        ArrayView<float> gradient,
        ArrayView<float> firstMoment,
        ArrayView<float> secondMoment,
        float gradientFactor,
        float beta1,
        float beta2,
        float epsilon,
        float decay,
        float stepSize,
        float inverseRoot)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= value.IntLength)
            return;
        float g = gradientFactor * gradient[i];
        float first = (beta1 * firstMoment[i]) + ((1 - beta1) * g);
        float second = (beta2 * secondMoment[i]) + ((1 - beta2) * g * g);
        firstMoment[i] = first;
        secondMoment[i] = second;
        value[i] = (value[i] * decay) - (stepSize * first / ((XMath.Sqrt(second) * inverseRoot) + epsilon));
    }

    /// <summary>sums[group] = the sum of squares of every number that falls to the group, in a fixed order.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="sums">Receives one sum a group.</param>
    [Kernel]
    public static void SumOfSquares(ArrayView<float> values, ArrayView<float> sums)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(MaximumThreads);
        float sum = 0;
        for (int i = Grid.GlobalIndex.X; i < values.IntLength; i += Grid.DimX * Group.DimX)
            sum += values[i] * values[i];
        partial[Group.IdxX] = sum;
        Group.Barrier();
        if (Group.IdxX != 0)
            return;
        float total = 0;
        for (int i = 0; i < Group.DimX; i++)
            total += partial[i];
        sums[Grid.IdxX] = total;
    }
}
