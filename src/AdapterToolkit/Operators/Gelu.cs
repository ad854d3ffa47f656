using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>gelu(x) = x · Φ(x), element by element, with the distribution function Φ of the normal distribution.</summary>
    /// <remarks>Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.</remarks>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(GeluGradient))]
    public static Tensor Gelu(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.Gelu, ElementLaunch.ForElements(device, x.Shape.Elements), x.View, result.View);
        else
            Elementwise.Run(default(GeluFunction), x, result);
        return result;
    }

    /// <summary>The gradient of x: gradient times the function's derivative at x.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="x">The argument.</param>
    public static Tensor GeluGradient(Tensor gradient, Tensor x)
    {
        RequireSameShape(gradient, x, nameof(GeluGradient));
        Tensor result = x.AllocateLike();
        if (x.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.GeluGradient, ElementLaunch.ForElements(device, x.Shape.Elements), gradient.View, x.View, result.View);
        else
            Elementwise.Run(default(GeluGradientFunction), gradient, x, result);
        return result;
    }
}
