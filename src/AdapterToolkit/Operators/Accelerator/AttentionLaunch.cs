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

    /// <summary>How many rows a tile has at most.</summary>
    internal static int TileRows(AcceleratorDevice device) => 4 * SideOn(device);

    internal static void Forward(AcceleratorDevice device, AttentionShape shape, Tensor query, Tensor key, Tensor value, SequenceContext context, Tensor result, Tensor logSumExp)
    {
        SequenceTable table = context.TableOn(device);
        AttentionDimensions dimensions = Dimensions(device, shape, table);
        device.Launch(
            AttentionForwardKernels.Forward, Config(dimensions, shape.Heads), query.View, key.View, value.View, table.Tiles, dimensions, result.View, logSumExp.View);
    }

    internal static void Backward(
        AcceleratorDevice device, AttentionShape shape, Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor result, Tensor logSumExp, SequenceContext context, AttentionGradients gradients)
    {
        SequenceTable table = context.TableOn(device);
        AttentionDimensions dimensions = Dimensions(device, shape, table);
        Tensor rowSums = logSumExp.AllocateLike();
        device.Launch(AttentionBackwardKernels.RowSums, ElementLaunch.ForElements(device, rowSums.Shape.Elements), gradient.View, result.View, shape.HeadDim, rowSums.View);
        if (gradients.Query is not null)
        {
            device.Launch(
                AttentionBackwardKernels.QueryGradient,
                Config(dimensions, shape.Heads),
                gradient.View,
                query.View,
                key.View,
                value.View,
                logSumExp.View,
                rowSums.View,
                table.Tiles,
                dimensions,
                gradients.Query.View);
        }

        if (gradients.Key is not null || gradients.Value is not null)
        {
            // The kernel writes both; what is not wanted goes to memory that is given back.
            Tensor keyGradient = gradients.Key?.Retain() ?? key.AllocateLike();
            Tensor valueGradient = gradients.Value?.Retain() ?? value.AllocateLike();
            device.Launch(
                AttentionBackwardKernels.KeyValueGradients,
                Config(dimensions, shape.KeyHeads),
                gradient.View,
                query.View,
                key.View,
                value.View,
                logSumExp.View,
                rowSums.View,
                table.Tiles,
                dimensions,
                keyGradient.View,
                valueGradient.View);
            keyGradient.Release();
            valueGradient.Release();
        }

        rowSums.Release();
    }

    private static AttentionDimensions Dimensions(AcceleratorDevice device, AttentionShape shape, SequenceTable table) => new()
    {
        Tiles = table.TileCount,
        Heads = shape.Heads,
        KeyHeads = shape.KeyHeads,
        HeadDim = shape.HeadDim,
        Side = SideOn(device),
        Scale = shape.Scale,
    };

    private static int SideOn(AcceleratorDevice device) => device.IsDebug ? DebugSide : Side;

    /// <summary>One group for each head, tile of rows and piece of the features.</summary>
    private static KernelConfig Config(AttentionDimensions dimensions, int heads)
    {
        int tile = 4 * dimensions.Side;
        int pieces = (dimensions.HeadDim + tile - 1) / tile;
        return new KernelConfig(heads * dimensions.Tiles * pieces, dimensions.Side * dimensions.Side);
    }
}
