using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// One step of AdamW for one parameter w with gradient g, in the order of PyTorch's <c>torch.optim.AdamW</c>:
/// <code>
/// w ← (1 - η λ) w
/// m ← m + (1 - β₁) (g - m)
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
/// </code>
/// As there, the factors are computed in double precision: in float32 alone, 1 - 0.999 would be wrong in its fifth digit.
/// </summary>
/// <remarks>Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.</remarks>
/// <param name="LearningRate">η.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="Step">t: the number of the step, from 1.</param>
/// <param name="GradientFactor">What the gradient is multiplied by first, to clip it.</param>
internal readonly record struct AdamWUpdate(
    double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, long Step, float GradientFactor = 1)
{
    /// <summary>What one element costs in multiply-adds of a product of matrices when its moments are decoded and quantized again.</summary>
    private const int EightBitCost = 4 * ElementCost.ErrorFunction;

    private AdamWCoefficients Coefficients => new()
    {
        GradientFactor = GradientFactor,
        Decay = (float)(1 - (LearningRate * WeightDecay)),
        FirstShare = (float)(1 - Beta1),
        Beta2 = (float)Beta2,
        SecondShare = (float)(1 - Beta2),
        SecondBias = (float)Math.Sqrt(1 - Math.Pow(Beta2, Step)),
        Epsilon = (float)Epsilon,
        StepSize = (float)(LearningRate / (1 - Math.Pow(Beta1, Step))),
    };

    /// <summary>Updates a parameter and its moments in one pass.</summary>
    /// <param name="value">w.</param>
    /// <param name="gradient">g, of the same shape.</param>
    /// <param name="firstMoment">m, of the same shape; zeros before the first step.</param>
    /// <param name="secondMoment">v, of the same shape; zeros before the first step.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    internal void Apply(Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment)
    {
        RequireShape(value, gradient, "gradient");
        RequireShape(value, firstMoment, "first moment");
        RequireShape(value, secondMoment, "second moment");
        value.Device.Run(new FullPrecisionWork(value, gradient, firstMoment, secondMoment, Coefficients));
    }

    /// <summary>Updates a parameter and its moments in 8 bits in one pass.</summary>
    /// <param name="value">w.</param>
    /// <param name="gradient">g, of the same shape.</param>
    /// <param name="firstMoment">m, of as many numbers.</param>
    /// <param name="secondMoment">v, of as many numbers.</param>
    /// <param name="maps">The maps on the device; see <see cref="EightBitMaps"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    internal void Apply(Tensor value, Tensor gradient, EightBitMoment firstMoment, EightBitMoment secondMoment, Tensor maps)
    {
        RequireShape(value, gradient, "gradient");
        value.Device.Run(new EightBitWork(value, gradient, firstMoment, secondMoment, maps, Coefficients));
    }

    private static void RequireShape(Tensor value, Tensor other, string name)
    {
        if (other.Shape != value.Shape)
            throw new ArgumentException($"A parameter of shape {value.Shape} can't be updated with a {name} of shape {other.Shape}.");
    }

    private readonly struct FullPrecisionWork(
        Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWCoefficients coefficients) : IDeviceWork
    {
        public unsafe void RunOn(CpuDevice device)
        {
            AdamWCpuKernel kernel = new(
                Elementwise.Pointer(value), Elementwise.Pointer(gradient), Elementwise.Pointer(firstMoment), Elementwise.Pointer(secondMoment), coefficients);
            Elementwise.Run(device, kernel, value.Shape.Elements);
        }

        public void RunOn(AcceleratorDevice device) => device.Launch(
            AdamWKernels.Update,
            ElementLaunch.ForElements(device, value.Shape.Elements),
            value.View,
            gradient.View,
            firstMoment.View,
            secondMoment.View,
            coefficients);
    }

    private readonly struct EightBitWork(
        Tensor value, Tensor gradient, EightBitMoment firstMoment, EightBitMoment secondMoment, Tensor maps, AdamWCoefficients coefficients) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => device.RunShared(
            new AdamWEightBitCpuWork(value, gradient, firstMoment, secondMoment, coefficients), Sharing.Workers(device, value.Shape.Elements, 1, EightBitCost));

        public void RunOn(AcceleratorDevice device) => device.Launch(
            AdamWEightBitKernels.Update,
            ElementLaunch.ForRows(device, firstMoment.Blocks),
            value.View,
            gradient.View,
            firstMoment.Codes.ViewOf<byte>(),
            firstMoment.Maxima.View,
            secondMoment.Codes.ViewOf<byte>(),
            secondMoment.Maxima.View,
            maps.View,
            coefficients);
    }
}
