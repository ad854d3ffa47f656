using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Looks rows of a matrix up that lies in panels.</summary>
internal static class GatherCpu
{
    internal static void Gather(FrozenWeight weight, int[] ids, Tensor result) =>
        ElementSharing.Run((CpuDevice)result.Device, new Work(weight, ids, result), result.Shape.Elements);

    private sealed class Work(FrozenWeight weight, int[] ids, Tensor result) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = weight.Shape.Columns;
            for (int row = ShareStart(ids.Length, 1, worker, workers); row < ShareStart(ids.Length, 1, worker + 1, workers); row++)
                WeightPanels.UnpackRow(weight.Data.Span, ids[row], columns, result.Span.Slice(row * columns, columns));
        }
    }
}
