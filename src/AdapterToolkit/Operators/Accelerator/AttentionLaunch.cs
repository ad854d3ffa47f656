using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Launches the kernels of attention.</summary>
internal static class AttentionLaunch
{
    private const int Side = 16;

    /// <summary>ILGPU's CPU accelerator has groups of 16 threads at most.</summary>
    private const int DebugSide = 4;

    internal static void Forward(AcceleratorDevice device, AttentionShape shape, Tensor query, Tensor key, Tensor value, SequenceContext context, Tensor result, Tensor logSumExp)
    {
        AttentionDimensions dimensions = Dimensions(device, shape);
        device.Launch(
            AttentionForwardKernels.Forward, Config(shape, dimensions, shape.Heads), query.View, key.View, value.View, context.LengthsOn(device), dimensions, result.View, logSumExp.View);
    }

    internal static void Backward(
        AcceleratorDevice device, AttentionShape shape, Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor result, Tensor logSumExp, SequenceContext context, AttentionGradients gradients)
    {
        AttentionDimensions dimensions = Dimensions(device, shape);
        ArrayView<int> lengths = context.LengthsOn(device);
        Tensor rowSums = logSumExp.AllocateLike();
        device.Launch(AttentionBackwardKernels.RowSums, ElementLaunch.ForElements(device, rowSums.Shape.Elements), gradient.View, result.View, shape.HeadDim, rowSums.View);
        if (gradients.Query is not null)
        {
            device.Launch(
                AttentionBackwardKernels.QueryGradient, Config(shape, dimensions, shape.Heads), gradient.View, query.View, key.View, value.View, logSumExp.View, rowSums.View, lengths, dimensions, gradients.Query.View);
        }

        if (gradients.Key is not null || gradients.Value is not null)
        {
            // The kernel writes both; what is not wanted goes to memory that is given back.
            Tensor keyGradient = gradients.Key?.Retain() ?? key.AllocateLike();
            Tensor valueGradient = gradients.Value?.Retain() ?? value.AllocateLike();
            device.Launch(
                AttentionBackwardKernels.KeyValueGradients, Config(shape, dimensions, shape.KeyHeads), gradient.View, query.View, key.View, value.View, logSumExp.View, rowSums.View, lengths, dimensions, keyGradient.View, valueGradient.View);
            keyGradient.Release();
            valueGradient.Release();
        }

        rowSums.Release();
    }

    private static AttentionDimensions Dimensions(AcceleratorDevice device, AttentionShape shape) => new()
    {
        Length = shape.Length,
        Heads = shape.Heads,
        KeyHeads = shape.KeyHeads,
        HeadDim = shape.HeadDim,
        Side = device.GroupSize(Side * Side) < Side * Side ? DebugSide : Side,
        Scale = shape.Scale,
    };

    /// <summary>One group for each sequence, head, tile of rows and piece of the features.</summary>
    private static KernelConfig Config(AttentionShape shape, AttentionDimensions dimensions, int heads)
    {
        int tile = 4 * dimensions.Side;
        int tiles = (shape.Length + tile - 1) / tile, pieces = (shape.HeadDim + tile - 1) / tile;
        return new KernelConfig(shape.Batch * heads * tiles * pieces, dimensions.Side * dimensions.Side);
    }
}
