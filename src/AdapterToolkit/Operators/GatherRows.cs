using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;
using ILGPU;

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
        weight.Device.Run(new FrozenGatherWork(weight, isDense, ids, result));
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
        x.Device.Run(new GatherWork(x, rows, result));
        return result;
    }

    /// <summary>Scatters rows: result[rows[i]] = x[i]. No row may be named twice.</summary>
    /// <param name="x">As many rows as are named.</param>
    /// <param name="rows">Where each goes.</param>
    /// <param name="result">The tensor whose rows are written; the others stay.</param>
    internal static void ScatterRows(Tensor x, ReadOnlySpan<int> rows, Tensor result) => x.Device.Run(new ScatterWork(x, rows, result));

    /// <summary>Rows of a matrix that is not held as a row-major one of float32: in panels on the CPU device, in 16 bits elsewhere.</summary>
    private readonly ref struct FrozenGatherWork(FrozenWeight weight, bool isDense, ReadOnlySpan<int> ids, Tensor result) : IDeviceWork
    {
        private readonly ReadOnlySpan<int> _ids = ids;

        public void RunOn(CpuDevice device)
        {
            if (isDense)
                GatherCpu.FromPanels(device, weight, _ids.ToArray(), result);
            else
                GatherCpu.FromPackedPanels(device, weight.Packed, _ids.ToArray(), result);
        }

        public void RunOn(AcceleratorDevice device)
        {
            using Tensor uploaded = Upload(device, _ids);
            device.Launch(
                weight.Format == WeightFormat.BFloat16 ? GatherKernels.GatherBFloat16 : GatherKernels.GatherFloat16,
                ElementLaunch.ForElements(device, result.Shape.Elements),
                weight.Packed.Codes.ViewOf<uint>(),
                uploaded.ViewOf<int>(),
                weight.Shape.Columns,
                result.View);
        }
    }

    private readonly ref struct GatherWork(Tensor x, ReadOnlySpan<int> rows, Tensor result) : IDeviceWork
    {
        private readonly ReadOnlySpan<int> _rows = rows;

        public void RunOn(CpuDevice device) => GatherCpu.Gather(x, _rows, result);

        public void RunOn(AcceleratorDevice device) => MoveRows(device, GatherKernels.Gather, x, _rows, result);
    }

    private readonly ref struct ScatterWork(Tensor x, ReadOnlySpan<int> rows, Tensor result) : IDeviceWork
    {
        private readonly ReadOnlySpan<int> _rows = rows;

        public void RunOn(CpuDevice device) => GatherCpu.Scatter(x, _rows, result);

        public void RunOn(AcceleratorDevice device) => MoveRows(device, GatherKernels.Scatter, x, _rows, result);
    }

    /// <summary>Launches a kernel of one thread for each number that is moved.</summary>
    private static void MoveRows(
        AcceleratorDevice device, Action<ArrayView<float>, ArrayView<int>, int, ArrayView<float>> kernel, Tensor x, ReadOnlySpan<int> rows, Tensor result)
    {
        using Tensor uploaded = Upload(device, rows);
        device.Launch(kernel, ElementLaunch.ForElements(device, rows.Length * x.Columns), x.View, uploaded.ViewOf<int>(), x.Columns, result.View);
    }
}
