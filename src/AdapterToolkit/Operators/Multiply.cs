using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left · right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes or devices differ.</exception>
    [Gradient(nameof(MultiplyLeftGradient), For = nameof(left))]
    [Gradient(nameof(MultiplyRightGradient), For = nameof(right))]
    public static Tensor Multiply(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, nameof(Multiply));
        return Map<ProductFunction>(left, right, ArithmeticKernels.Multiply);
    }

    /// <summary>The gradient of the left factor: gradient · right.</summary>
    /// <param name="gradient">The gradient of the product.</param>
    /// <param name="right">The right factor.</param>
    public static Tensor MultiplyLeftGradient(Tensor gradient, Tensor right) => Multiply(gradient, right);

    /// <summary>The gradient of the right factor: gradient · left.</summary>
    /// <param name="gradient">The gradient of the product.</param>
    /// <param name="left">The left factor.</param>
    public static Tensor MultiplyRightGradient(Tensor gradient, Tensor left) => Multiply(gradient, left);
}
