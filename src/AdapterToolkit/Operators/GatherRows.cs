using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>Gathers rows of a frozen matrix: result[i] = weight[ids[i]].</summary>
    /// <param name="weight">The matrix.</param>
    /// <param name="ids">Which rows, in the order of the result's.</param>
    /// <returns>As many rows as ids x the matrix's columns.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative, or the matrix has no such row.</exception>
    internal static Tensor GatherRows(FrozenWeight weight, ReadOnlySpan<int> ids)
    {
        int rows = weight.Shape.Rows, columns = weight.Shape.Columns;
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)rows)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"Token {id} is not in the vocabulary of {rows} tokens.");
        }

        bool isDense = weight.Format == WeightFormat.FullPrecision;
        if (isDense && !weight.IsInPanels)
            return GatherRows(weight.Data, ids);
        DeviceMemoryException.ThrowIfTooLarge(weight.Device, ids.Length, columns, "The embedding of a batch");
        Tensor result = Tensor.Allocate(weight.Device, new Shape(ids.Length, columns));
        if (weight.Device is AcceleratorDevice device)
            GatherSixteenBits(device, weight.Packed, ids, result);
        else if (isDense)
            GatherCpu.FromPanels(weight, ids.ToArray(), result);
        else
            GatherCpu.FromPackedPanels(weight.Packed, ids.ToArray(), result);
        return result;
    }

    /// <summary>Gathers rows: result[i] = x[rows[i]].</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="rows">Which rows, in the order of the result's.</param>
    /// <returns>As many rows as asked for x the tensor's columns.</returns>
    internal static Tensor GatherRows(Tensor x, ReadOnlySpan<int> rows)
    {
        DeviceMemoryException.ThrowIfTooLarge(x.Device, rows.Length, x.Columns, "Gathering rows");
        Tensor result = Tensor.Allocate(x.Device, new Shape(rows.Length, x.Columns));
        if (x.Device is AcceleratorDevice device)
        {
            using Tensor uploaded = Upload(device, rows);
            device.Launch(GatherKernels.Gather, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, uploaded.View.Cast<int>(), x.Columns, result.View);
        }
        else
        {
            GatherCpu.Gather(x, rows, result);
        }

        return result;
    }

    /// <summary>Scatters rows: result[rows[i]] = x[i]. No row may be named twice.</summary>
    /// <param name="x">As many rows as are named.</param>
    /// <param name="rows">Where each goes.</param>
    /// <param name="result">The tensor whose rows are written; the others stay.</param>
    internal static void ScatterRows(Tensor x, ReadOnlySpan<int> rows, Tensor result)
    {
        if (x.Device is AcceleratorDevice device)
        {
            using Tensor uploaded = Upload(device, rows);
            device.Launch(GatherKernels.Scatter, ElementLaunch.ForElements(device, x.Shape.Elements), x.View, uploaded.View.Cast<int>(), x.Columns, result.View);
        }
        else
        {
            GatherCpu.Scatter(x, rows, result);
        }
    }

    private static void GatherSixteenBits(AcceleratorDevice device, PackedWeight weight, ReadOnlySpan<int> ids, Tensor result)
    {
        using Tensor uploaded = Upload(device, ids);
        device.Launch(
            weight.Format == WeightFormat.BFloat16 ? GatherKernels.GatherBFloat16 : GatherKernels.GatherFloat16,
            ElementLaunch.ForElements(device, result.Shape.Elements),
            weight.Codes.View.Cast<uint>(),
            uploaded.View.Cast<int>(),
            weight.Shape.Columns,
            result.View);
    }
}
