using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>factor · x, element by element.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="factor">The factor.</param>
    [Gradient(nameof(ScaleGradient))]
    public static Tensor Scale(Tensor x, float factor)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ArithmeticKernels.ScaleAndAdd, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, factor, 0f, result.View);
        else
            Elementwise.Run((CpuDevice)x.Device, new ScalarKernel<ProductFunction>(x, factor, result), result.Shape.Elements);
        return result;
    }

    /// <summary>The gradient of x: factor · gradient.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="factor">The factor.</param>
    public static Tensor ScaleGradient(Tensor gradient, float factor) => Scale(gradient, factor);

    /// <summary>-x, element by element.</summary>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(NegateGradient))]
    public static Tensor Negate(Tensor x) => Scale(x, -1);

    /// <summary>The gradient of x: -gradient.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    public static Tensor NegateGradient(Tensor gradient) => Scale(gradient, -1);
}
