using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left + right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes or devices differ.</exception>
    [Gradient(nameof(AddGradient), For = nameof(left))]
    [Gradient(nameof(AddGradient), For = nameof(right))]
    public static Tensor Add(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, nameof(Add));
        return Map<SumFunction>(left, right, ArithmeticKernels.Add);
    }

    /// <summary>Each summand's gradient is the sum's.</summary>
    /// <param name="gradient">The gradient of the sum.</param>
    public static Tensor AddGradient(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return gradient.Retain();
    }

    /// <summary>target += summand, in place.</summary>
    internal static void AddInPlace(Tensor target, Tensor summand)
    {
        RequireSameShape(target, summand, nameof(Add));
        MapInto<SumFunction>(target, summand, target, ArithmeticKernels.Add);
    }
}
