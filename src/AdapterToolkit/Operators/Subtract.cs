using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left - right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    [Gradient(nameof(AddGradient), For = nameof(left))]
    [Gradient(nameof(NegateGradient), For = nameof(right))]
    public static Tensor Subtract(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, "Subtract");
        Tensor result = left.AllocateLike();
        SubtractInto(left, right, result);
        return result;
    }


    private static void SubtractInto(Tensor left, Tensor right, Tensor result)
    {
        if (left.Device is AcceleratorDevice device)
            device.Launch(ArithmeticKernels.Subtract, ElementLaunch.ForElements(device, result.Shape.Elements), left.View, right.View, result.View);
        else
            Elementwise.Run(default(SubtractFunction), left, right, result);
    }
}
