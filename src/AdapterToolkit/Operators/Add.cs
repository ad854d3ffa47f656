using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left + right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    [Gradient(nameof(AddGradient), For = nameof(left))]
    [Gradient(nameof(AddGradient), For = nameof(right))]
    public static Tensor Add(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, "Add");
        Tensor result = left.AllocateLike();
        AddInto(left, right, result);
        return result;
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
        RequireSameShape(target, summand, "Add");
        AddInto(target, summand, target);
    }

    private static void AddInto(Tensor left, Tensor right, Tensor result)
    {
        if (left.Device is AcceleratorDevice device)
            device.Launch(ArithmeticKernels.Add, ElementLaunch.ForElements(device, result.Shape.Elements), left.View, right.View, result.View);
        else
            Elementwise.Run(default(AddFunction), left, right, result);
    }
}
