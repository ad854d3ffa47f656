using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>x + summand, element by element.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="summand">The number to add to each element.</param>
    [Gradient(nameof(AddGradient))]
    public static Tensor AddScalar(Tensor x, float summand)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ArithmeticKernels.ScaleAndAdd, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, 1f, summand, result.View);
        else
            Elementwise.Run((CpuDevice)x.Device, new ScalarKernel<SumFunction>(x, summand, result), result.Shape.Elements);
        return result;
    }

    /// <summary>minuend - x, element by element.</summary>
    /// <param name="minuend">The number to subtract each element from.</param>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(NegateGradient))]
    public static Tensor SubtractFrom(float minuend, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ArithmeticKernels.ScaleAndAdd, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, -1f, minuend, result.View);
        else
            Elementwise.Run((CpuDevice)x.Device, new ScalarKernel<ReversedDifferenceFunction>(x, minuend, result), result.Shape.Elements);
        return result;
    }
}
