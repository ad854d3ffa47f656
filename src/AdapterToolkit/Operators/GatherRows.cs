using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;
using ILGPU;
using ILGPU.Runtime;

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

        Tensor result = Tensor.Allocate(weight.Data.Device, new Shape(ids.Length, columns));
        if (result.Device is AcceleratorDevice device)
        {
            using MemoryBuffer1D<int, Stride1D.Dense> uploaded = device.Accelerator.Allocate1D(ids.ToArray());
            device.Launch(GatherKernels.Gather, ElementLaunch.ForElements(device, result.Shape.Elements), weight.Data.View, uploaded.View.AsContiguous(), columns, result.View);
            device.Synchronize();
        }
        else
        {
            GatherCpu.Gather(weight, ids.ToArray(), result);
        }

        return result;
    }
}
