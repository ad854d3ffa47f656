using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>factor · x, element by element.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="factor">The factor.</param>
    [Gradient(nameof(ScaleGradient))]
    public static Tensor Scale(Tensor x, float factor) => ScaleAndAdd<ProductFunction>(x, factor, factor, summand: 0);

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
