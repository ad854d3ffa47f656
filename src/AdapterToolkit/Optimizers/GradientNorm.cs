using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Tensors;
using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// The global norm of gradients: the root of the sum of squares of all their numbers, in double precision. Numbers are summed
/// in a fixed order, so the result is the same bits from run to run.
/// </summary>
internal static class GradientNorm
{
    /// <summary>The root of the sum of squares.</summary>
    /// <param name="gradients">The gradients, all on one device.</param>
    internal static double Of(IEnumerable<Tensor> gradients) => Math.Sqrt(SumOfSquares(gradients));

    /// <summary>The sum of squares.</summary>
    /// <param name="gradients">The gradients, all on one device.</param>
    internal static double SumOfSquares(IEnumerable<Tensor> gradients)
    {
        Tensor[] all = [.. gradients];
        return all is [{ Device: AcceleratorDevice device }, ..]
            ? SumOfSquares(device, all, device.Accelerator.Capabilities is not CLCapabilityContext { Float64: false })
            : all.Sum(tensor => SumOfSquares(tensor.Span));
    }

    /// <summary>Each group of threads leaves one sum; they come back in one copy, however many tensors there are.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tensors">The gradients.</param>
    /// <param name="isDouble">Whether groups sum in double precision, which not all OpenCL devices have.</param>
    internal static double SumOfSquares(AcceleratorDevice device, IReadOnlyList<Tensor> tensors, bool isDouble)
    {
        int groups = tensors.Sum(Groups);
        if (groups == 0)
            return 0;
        using Tensor sums = Tensor.Allocate(device, new Shape(isDouble ? 2 * groups : groups));
        int firstGroup = 0;
        foreach (Tensor tensor in tensors.Where(tensor => Groups(tensor) > 0))
        {
            KernelConfig config = ElementLaunch.ForRows(device, Groups(tensor));
            if (isDouble)
                device.Launch(SumOfSquaresKernels.InDouble, config, tensor.View, sums.View.Cast<double>(), firstGroup);
            else
                device.Launch(SumOfSquaresKernels.InSingle, config, tensor.View, sums.View, firstGroup);
            firstGroup += Groups(tensor);
        }

        float[] numbers = sums.ToArray();
        double total = 0;
        if (isDouble)
        {
            foreach (double sum in MemoryMarshal.Cast<float, double>(numbers))
                total += sum;
        }
        else
        {
            foreach (float sum in numbers)
                total += sum;
        }

        return total;
    }

    private static int Groups(Tensor tensor) => (tensor.Shape.Elements + SumOfSquaresKernels.GroupNumbers - 1) / SumOfSquaresKernels.GroupNumbers;

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        Vector256<double> lowSums = Vector256<double>.Zero, highSums = Vector256<double>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref first, (nuint)i));
            lowSums += low * low;
            highSums += high * high;
        }

        double sum = Vector256.Sum(lowSums + highSums);
        for (; i < values.Length; i++)
            sum += (double)values[i] * values[i];
        return sum;
    }
}
