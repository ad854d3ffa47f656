using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>
    /// Turns each pair of features (i, i + half) of every head by the angle of its row's position: the rotary embedding in
    /// the layout of Hugging Face's checkpoints.
    /// y[i] = x[i] cos - x[i + half] sin, y[i + half] = x[i + half] cos + x[i] sin.
    /// </summary>
    /// <remarks>Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.</remarks>
    /// <param name="x">Queries or keys: rows x (heads · head's features).</param>
    /// <param name="context">How the rows form sequences, and the angles.</param>
    /// <returns>The turned features: rows x (heads · head's features).</returns>
    /// <exception cref="ArgumentException">The rows are not those of the context, or the features not whole heads.</exception>
    [Gradient(nameof(RotaryGradient))]
    public static Tensor Rotary(Tensor x, SequenceContext context) => Rotate(x, context, direction: 1);

    /// <summary>The gradient of a rotation: the gradient turned by the opposite angle.</summary>
    /// <param name="gradient">The gradient of the turned features: rows x (heads · head's features).</param>
    /// <param name="context">How the rows form sequences, and the angles.</param>
    public static Tensor RotaryGradient(Tensor gradient, SequenceContext context) => Rotate(gradient, context, direction: -1);

    private static Tensor Rotate(Tensor x, SequenceContext context, float direction)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        RequireRowsOf(context, x, nameof(Rotary));
        Tensor result = x.AllocateLike();
        x.Device.Run(new RotaryWork(x, context, direction, result));
        return result;
    }

    /// <summary>Throws unless a tensor has the rows of a context and whole heads of features.</summary>
    private static void RequireRowsOf(SequenceContext context, Tensor tensor, string operation)
    {
        int batch = context.Sequences.Length;
        if (tensor.Rows != context.Rows)
            throw new ArgumentException($"{operation} of {batch} sequences takes their {context.Rows} rows, but the tensor is {tensor.Shape}.");
        if (tensor.Columns == 0 || tensor.Columns % context.HeadDim != 0)
            throw new ArgumentException($"{operation} takes heads of {context.HeadDim} features, but the tensor is {tensor.Shape}.");
    }

    private readonly struct RotaryWork(Tensor x, SequenceContext context, float direction, Tensor result) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => RotaryCpu.Rotate(device, x, context, direction, result);

        public void RunOn(AcceleratorDevice device) => device.Launch(
            RotaryKernels.Rotate,
            ElementLaunch.ForElements(device, x.Shape.Elements / 2),
            x.View,
            context.Rotary.Cosines.View,
            context.Rotary.Sines.View,
            context.TableOn(device).Positions,
            x.Columns / context.HeadDim,
            context.HeadDim / 2,
            direction,
            result.View);
    }
}
