using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Looks rows up, and puts rows into their places.</summary>
internal static class GatherCpu
{
    internal static void FromPanels(CpuDevice device, FrozenWeight weight, int[] ids, Tensor result) =>
        ElementSharing.Run(device, new PanelWork(weight, ids, result), result.Shape.Elements);

    internal static void FromPackedPanels(CpuDevice device, PackedWeight weight, int[] ids, Tensor result) =>
        ElementSharing.Run(device, new PackedPanelWork(weight, ids, result), result.Shape.Elements);

    internal static void Gather(Tensor x, ReadOnlySpan<int> rows, Tensor result)
    {
        for (int i = 0; i < rows.Length; i++)
            x.Span.Slice(rows[i] * x.Columns, x.Columns).CopyTo(result.Span[(i * x.Columns)..]);
    }

    internal static void Scatter(Tensor x, ReadOnlySpan<int> rows, Tensor result)
    {
        for (int i = 0; i < rows.Length; i++)
            x.Span.Slice(i * x.Columns, x.Columns).CopyTo(result.Span[(rows[i] * x.Columns)..]);
    }

    private sealed class PanelWork(FrozenWeight weight, int[] ids, Tensor result) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = weight.Shape.Columns;
            for (int row = ShareStart(ids.Length, 1, worker, workers); row < ShareStart(ids.Length, 1, worker + 1, workers); row++)
                WeightPanels.UnpackRow(weight.Data.Span, ids[row], columns, result.Span.Slice(row * columns, columns));
        }
    }

    private sealed class PackedPanelWork(PackedWeight weight, int[] ids, Tensor result) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = weight.Shape.Columns;
            ushort[] numbers = new ushort[columns];
            for (int row = ShareStart(ids.Length, 1, worker, workers); row < ShareStart(ids.Length, 1, worker + 1, workers); row++)
            {
                PackedPanels.UnpackRow(weight.CodeWords, ids[row], numbers);
                Span<float> widened = result.Span.Slice(row * columns, columns);
                if (weight.Format == WeightFormat.BFloat16)
                    Widening.FromBFloat16(numbers, widened);
                else
                    Widening.FromHalf(numbers, widened);
            }
        }
    }
}
