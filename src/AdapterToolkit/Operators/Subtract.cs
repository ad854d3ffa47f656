using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left - right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes or devices differ.</exception>
    [Gradient(nameof(AddGradient), For = nameof(left))]
    [Gradient(nameof(NegateGradient), For = nameof(right))]
    public static Tensor Subtract(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, nameof(Subtract));
        return Map<DifferenceFunction>(left, right, ArithmeticKernels.Subtract);
    }
}
