using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

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

        if (!weight.IsInPanels)
            return GatherRows(weight.Data, ids);
        Tensor result = Tensor.Allocate(weight.Data.Device, new Shape(ids.Length, columns));
        GatherCpu.FromPanels(weight, ids.ToArray(), result);
        return result;
    }

    /// <summary>Gathers rows: result[i] = x[rows[i]].</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="rows">Which rows, in the order of the result's.</param>
    /// <returns>As many rows as asked for x the tensor's columns.</returns>
    internal static Tensor GatherRows(Tensor x, ReadOnlySpan<int> rows)
    {
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

    /// <summary>
    /// Puts whole numbers into memory of the device's pool, bit by bit. Whoever gets the memory next uses it after the kernels
    /// that were launched before, so it can be released at once.
    /// </summary>
    private static Tensor Upload(AcceleratorDevice device, ReadOnlySpan<int> numbers) =>
        Tensor.From(device, new Shape(numbers.Length), MemoryMarshal.Cast<int, float>(numbers));
}
