using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>silu(gate) · up, element by element: the gated unit of Llama's feed-forward network, in one pass.</summary>
    /// <remarks>Shazeer, "GLU Variants Improve Transformer", 2020.</remarks>
    /// <param name="gate">The gate.</param>
    /// <param name="up">What the gate lets through, of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    [Gradient(nameof(SwiGluGradient))]
    public static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        RequireSameShape(gate, up, nameof(SwiGlu));
        Tensor result = gate.AllocateLike();
        if (gate.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.SwiGlu, ElementLaunch.ForElements(device, gate.Shape.Elements), gate.View, up.View, result.View);
        else
            Elementwise.Run(default(SwiGluFunction), gate, up, result);
        return result;
    }

    /// <summary>The gradients of gate and up: gradient · up · silu'(gate) and gradient · silu(gate), in one pass.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="up">What the gate lets through.</param>
    public static (Tensor Gate, Tensor Up) SwiGluGradient(Tensor gradient, Tensor gate, Tensor up)
    {
        RequireSameShape(gradient, gate, nameof(SwiGluGradient));
        RequireSameShape(gate, up, nameof(SwiGluGradient));
        Tensor gateGradient = gate.AllocateLike();
        Tensor upGradient = up.AllocateLike();
        if (gate.Device is AcceleratorDevice device)
            device.Launch(ActivationKernels.SwiGluGradient, ElementLaunch.ForElements(device, gate.Shape.Elements), gradient.View, gate.View, up.View, gateGradient.View, upGradient.View);
        else
            Elementwise.Run(default(SwiGluGradientFunction), gradient, gate, up, gateGradient, upGradient);
        return (gateGradient, upGradient);
    }
}
