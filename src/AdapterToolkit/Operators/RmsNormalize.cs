using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>y = w · x · r with r = 1 / sqrt(mean(x²) + ε), row by row.</summary>
    /// <remarks>Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.</remarks>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="weight">w: features.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="inverseRms">Receives r of each row, which the gradients need: rows.</param>
    /// <returns>y: rows x features.</returns>
    public static Tensor RmsNormalize(Tensor x, Tensor weight, float epsilon, out Tensor inverseRms)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        Tensor result = x.AllocateLike();
        inverseRms = Tensor.Allocate(x.Device, new Shape(x.Rows));
        RmsNormalizeInto(x, weight, epsilon, result, inverseRms);
        return result;
    }

    /// <summary>The gradient of x: r · (w · dy - x · r² · mean(w · dy · x)), row by row.</summary>
    /// <param name="gradient">dy: rows x features.</param>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="weight">w: features.</param>
    /// <param name="inverseRms">r of each row.</param>
    public static Tensor RmsNormalizeInputGradient(Tensor gradient, Tensor x, Tensor weight, Tensor inverseRms)
    {
        Tensor result = x.AllocateLike();
        RmsNormalizeInputGradientInto(gradient, x, weight, inverseRms, result);
        return result;
    }

    /// <summary>Adds the weight's gradient to a sum, in one addition: dw += the sum of dy · x · r over the rows.</summary>
    /// <param name="gradient">dy: rows x features.</param>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="inverseRms">r of each row.</param>
    /// <param name="weightGradient">The sum: features.</param>
    public static void AddRmsNormalizeWeightGradient(Tensor gradient, Tensor x, Tensor inverseRms, Tensor weightGradient)
    {
        RequireSameShape(gradient, x, nameof(AddRmsNormalizeWeightGradient));
        x.Device.Run(new RmsNormalizeWeightGradientWork(gradient, x, inverseRms, weightGradient));
    }

    /// <summary><see cref="RmsNormalize"/> into memory that is there.</summary>
    internal static void RmsNormalizeInto(Tensor x, Tensor weight, float epsilon, Tensor result, Tensor inverseRms)
    {
        if (weight.Shape.Elements != x.Columns)
            throw new ArgumentException($"The weight of shape {weight.Shape} does not fit rows of {x.Columns} features ({x.Shape}).", nameof(weight));
        x.Device.Run(new RmsNormalizeWork(x, weight, epsilon, result, inverseRms));
    }

    /// <summary><see cref="RmsNormalizeInputGradient"/> into memory that is there.</summary>
    internal static void RmsNormalizeInputGradientInto(Tensor gradient, Tensor x, Tensor weight, Tensor inverseRms, Tensor result)
    {
        RequireSameShape(gradient, x, nameof(RmsNormalizeInputGradient));
        x.Device.Run(new RmsNormalizeInputGradientWork(gradient, x, weight, inverseRms, result));
    }

    private readonly struct RmsNormalizeWork(Tensor x, Tensor weight, float epsilon, Tensor result, Tensor inverseRms) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => RmsNormCpu.Forward(device, x, weight, epsilon, result, inverseRms);

        public void RunOn(AcceleratorDevice device) =>
            device.Launch(RmsNormKernels.Forward, ElementLaunch.ForRows(device, x.Rows), x.View, weight.View, epsilon, x.Columns, result.View, inverseRms.View);
    }

    private readonly struct RmsNormalizeInputGradientWork(Tensor gradient, Tensor x, Tensor weight, Tensor inverseRms, Tensor result) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => RmsNormCpu.InputGradient(device, gradient, x, weight, inverseRms, result);

        public void RunOn(AcceleratorDevice device) => device.Launch(
            RmsNormKernels.InputGradient, ElementLaunch.ForRows(device, x.Rows), gradient.View, x.View, weight.View, inverseRms.View, x.Columns, result.View);
    }

    private readonly struct RmsNormalizeWeightGradientWork(Tensor gradient, Tensor x, Tensor inverseRms, Tensor weightGradient) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => RmsNormCpu.AddWeightGradient(device, gradient, x, inverseRms, weightGradient);

        public void RunOn(AcceleratorDevice device) => device.Launch(
            RmsNormKernels.AddWeightGradient,
            ElementLaunch.ForElements(device, x.Columns),
            gradient.View,
            x.View,
            inverseRms.View,
            x.Rows,
            weightGradient.View);
    }
}
