using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>The approximation of <see cref="Gelu"/> by the hyperbolic tangent: x / 2 · (1 + tanh(sqrt(2/π) · (x + 0.044715 x³))).</summary>
    /// <remarks>Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.</remarks>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(GeluTanhGradient))]
    public static Tensor GeluTanh(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.GeluTanh, ElementLaunch.ForElements(device, x.Shape.Elements), x.View, result.View);
        else
            Elementwise.Run(default(GeluTanhFunction), x, result);
        return result;
    }

    /// <summary>The gradient of x: gradient times the function's derivative at x.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="x">The argument.</param>
    public static Tensor GeluTanhGradient(Tensor gradient, Tensor x)
    {
        RequireSameShape(gradient, x, nameof(GeluTanhGradient));
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.GeluTanhGradient, ElementLaunch.ForElements(device, x.Shape.Elements), gradient.View, x.View, result.View);
        else
            Elementwise.Run(default(GeluTanhGradientFunction), gradient, x, result);
        return result;
    }
}
