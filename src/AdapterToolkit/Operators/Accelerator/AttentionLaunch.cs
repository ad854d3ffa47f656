using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Launches the kernels of attention.</summary>
internal static class AttentionLaunch
{
    private const int Side = 16;

    /// <summary>For groups of fewer threads: those of ILGPU's CPU accelerator have 16.</summary>
    private const int NarrowSide = 4;

    /// <summary>How many rows a tile has at most.</summary>
    internal static int TileRows(AcceleratorDevice device) => 4 * SideOn(device);

    internal static void Forward(AcceleratorDevice device, AttentionOperands operands, Tensor result, Tensor logSumExp)
    {
        SequenceTable table = operands.Context.TableOn(device);
        AttentionDimensions dimensions = Dimensions(device, operands.Shape, table);
        device.Launch(
            AttentionForwardKernels.Forward,
            Config(dimensions, dimensions.Heads),
            operands.Query.View,
            operands.Key.View,
            operands.Value.View,
            table.Tiles,
            dimensions,
            result.View,
            logSumExp.View);
    }

    internal static void Backward(
        AcceleratorDevice device, AttentionOperands operands, Tensor gradient, Tensor result, Tensor logSumExp, AttentionGradients gradients)
    {
        SequenceTable table = operands.Context.TableOn(device);
        AttentionDimensions dimensions = Dimensions(device, operands.Shape, table);
        Tensor rowSums = logSumExp.AllocateLike();
        device.Launch(
            AttentionBackwardKernels.RowSums,
            ElementLaunch.ForElements(device, rowSums.Shape.Elements),
            gradient.View,
            result.View,
            dimensions.HeadDim,
            rowSums.View);
        if (gradients.Query is not null)
        {
            device.Launch(
                AttentionBackwardKernels.QueryGradient,
                Config(dimensions, dimensions.Heads),
                gradient.View,
                operands.Query.View,
                operands.Key.View,
                operands.Value.View,
                logSumExp.View,
                rowSums.View,
                table.Tiles,
                dimensions,
                gradients.Query.View);
        }

        if (gradients.Key is not null || gradients.Value is not null)
        {
            // The kernel writes both; what is not wanted goes to memory that is given back.
            Tensor keyGradient = gradients.Key?.Retain() ?? operands.Key.AllocateLike();
            Tensor valueGradient = gradients.Value?.Retain() ?? operands.Value.AllocateLike();
            device.Launch(
                AttentionBackwardKernels.KeyValueGradients,
                Config(dimensions, dimensions.KeyHeads),
                gradient.View,
                operands.Query.View,
                operands.Key.View,
                operands.Value.View,
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

    private static int SideOn(AcceleratorDevice device) => device.GroupSize(Side * Side) < Side * Side ? NarrowSide : Side;

    /// <summary>One group for each head, tile of rows and piece of the features.</summary>
    private static KernelConfig Config(AttentionDimensions dimensions, int heads)
    {
        int tile = 4 * dimensions.Side;
        int pieces = (dimensions.HeadDim + tile - 1) / tile;
        return new KernelConfig(heads * dimensions.Tiles * pieces, dimensions.Side * dimensions.Side);
    }
}
