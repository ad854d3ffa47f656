using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>silu(x) = x · σ(x), element by element, with σ(x) = 1 / (1 + e⁻ˣ).</summary>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(SiluGradient))]
    public static Tensor Silu(Tensor x) => Map<SiluFunction>(x, ActivationKernels.Silu);

    /// <summary>The gradient of x: gradient times the function's derivative at x.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="x">The argument.</param>
    public static Tensor SiluGradient(Tensor gradient, Tensor x)
    {
        RequireSameShape(gradient, x, nameof(SiluGradient));
        return Map<SiluGradientFunction>(gradient, x, ActivationKernels.SiluGradient);
    }
}
