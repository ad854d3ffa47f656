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
    public static Tensor Gelu(Tensor x) => Map<GeluFunction>(x, ActivationKernels.Gelu);

    /// <summary>The gradient of x: gradient times the function's derivative at x.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="x">The argument.</param>
    public static Tensor GeluGradient(Tensor gradient, Tensor x)
    {
        RequireSameShape(gradient, x, nameof(GeluGradient));
        return Map<GeluGradientFunction>(gradient, x, ActivationKernels.GeluGradient);
    }
}
