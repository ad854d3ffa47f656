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
        AttentionDimensions dimensions = Dimensions(device, operands.Shape, table.TileCount);
        if (operands.Prefix is { } prefix)
        {
            device.Launch(
                AttentionForwardKernels.ForwardWithPrefix,
                Config(dimensions, dimensions.Heads),
                operands.Query.View,
                operands.Key.View,
                operands.Value.View,
                prefix.Key.View,
                prefix.Value.View,
                table.Tiles,
                operands.Context.PrefixTableOn(device, prefix).OfSequenceTiles,
                dimensions,
                result.View,
                logSumExp.View);
            return;
        }

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
        AttentionDimensions dimensions = Dimensions(device, operands.Shape, table.TileCount);
        Tensor rowSums = logSumExp.AllocateLike();
        device.Launch(
            AttentionBackwardKernels.RowSums,
            ElementLaunch.ForElements(device, rowSums.Shape.Elements),
            gradient.View,
            result.View,
            dimensions.HeadDim,
            rowSums.View);
        if (operands.Prefix is { } prefix)
        {
            BackwardOfPrefix(device, operands, prefix, gradient, logSumExp, rowSums, gradients);
        }
        else if (gradients.Query is not null)
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

    /// <summary>The gradients that keys and values before sequences take part in, or have: of the queries, and their own.</summary>
    private static void BackwardOfPrefix(
        AcceleratorDevice device,
        AttentionOperands operands,
        PrefixOperands prefix,
        Tensor gradient,
        Tensor logSumExp,
        Tensor rowSums,
        AttentionGradients gradients)
    {
        SequenceTable table = operands.Context.TableOn(device);
        PrefixTable prefixes = operands.Context.PrefixTableOn(device, prefix);
        if (gradients.Query is not null)
        {
            AttentionDimensions dimensions = Dimensions(device, operands.Shape, table.TileCount);
            device.Launch(
                AttentionBackwardKernels.QueryGradientWithPrefix,
                Config(dimensions, dimensions.Heads),
                gradient.View,
                operands.Query.View,
                operands.Key.View,
                operands.Value.View,
                prefix.Key.View,
                prefix.Value.View,
                logSumExp.View,
                rowSums.View,
                table.Tiles,
                prefixes.OfSequenceTiles,
                dimensions,
                gradients.Query.View);
        }

        if (gradients is { PrefixKey: { } keyGradient, PrefixValue: { } valueGradient })
        {
            AttentionDimensions dimensions = Dimensions(device, operands.Shape, prefixes.TileCount);
            device.Launch(
                AttentionBackwardKernels.PrefixGradients,
                Config(dimensions, dimensions.KeyHeads),
                gradient.View,
                operands.Query.View,
                prefix.Key.View,
                prefix.Value.View,
                logSumExp.View,
                rowSums.View,
                prefixes.Tiles,
                prefixes.OfTiles,
                dimensions,
                keyGradient.View,
                valueGradient.View);
        }
    }

    private static AttentionDimensions Dimensions(AcceleratorDevice device, AttentionShape shape, int tiles) => new()
    {
        Tiles = tiles,
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
