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
        return Map<SwiGluFunction>(gate, up, ActivationKernels.SwiGlu);
    }

    /// <summary>The gradients of gate and up: gradient · up · silu'(gate) and gradient · silu(gate), in one pass.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="up">What the gate lets through.</param>
    /// <param name="gateActive">Whether the gradient of the gate is wanted.</param>
    /// <param name="upActive">Whether the gradient of what it lets through is wanted.</param>
    /// <returns>The gradients; null where not wanted.</returns>
    public static (Tensor? Gate, Tensor? Up) SwiGluGradient(Tensor gradient, Tensor gate, Tensor up, bool gateActive, bool upActive)
    {
        RequireSameShape(gradient, gate, nameof(SwiGluGradient));
        RequireSameShape(gate, up, nameof(SwiGluGradient));
        Tensor? gateGradient = gateActive ? gate.AllocateLike() : null;
        Tensor? upGradient = upActive ? up.AllocateLike() : null;
        gradient.Device.Run(new SwiGluGradientWork(gradient, gate, up, gateGradient, upGradient));
        return (gateGradient, upGradient);
    }

    private readonly struct SwiGluGradientWork(Tensor gradient, Tensor gate, Tensor up, Tensor? gateGradient, Tensor? upGradient) : IDeviceWork
    {
        public void RunOn(CpuDevice device) =>
            Elementwise.Run(device, new SwiGluGradientKernel(gradient, gate, up, gateGradient, upGradient), gradient.Shape.Elements);

        public void RunOn(AcceleratorDevice device) => device.Launch(
            ActivationKernels.SwiGluGradient,
            ElementLaunch.ForElements(device, gradient.Shape.Elements),
            gradient.View,
            gate.View,
            up.View,
            (gateGradient ?? gradient).View,
            (upGradient ?? gradient).View,
            gateGradient is null ? 0 : 1,
            upGradient is null ? 0 : 1);
    }
}
