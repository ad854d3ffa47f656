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
    public static Tensor GeluTanh(Tensor x) => Map<GeluTanhFunction>(x, ActivationKernels.GeluTanh);

    /// <summary>The gradient of x: gradient times the function's derivative at x.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="x">The argument.</param>
    public static Tensor GeluTanhGradient(Tensor gradient, Tensor x)
    {
        RequireSameShape(gradient, x, nameof(GeluTanhGradient));
        return Map<GeluTanhGradientFunction>(gradient, x, ActivationKernels.GeluTanhGradient);
    }
}
