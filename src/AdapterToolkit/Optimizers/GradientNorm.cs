using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Tensors;
using ILGPU;

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
        return all is [{ Device: { } device }, ..] ? device.Compute<SumOfSquaresFunction, double>(new SumOfSquaresFunction(all)) : 0;
    }

    /// <summary>Each group of threads leaves one sum; they come back in one copy, however many tensors there are.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tensors">The gradients.</param>
    /// <param name="isDouble">Whether groups sum in double precision.</param>
    internal static double SumOfSquares(AcceleratorDevice device, IReadOnlyList<Tensor> tensors, bool isDouble)
    {
        int groups = tensors.Sum(Groups);
        if (groups == 0)
            return 0;
        using Tensor sums = Tensor.Allocate(device, new Shape(groups), isDouble ? ElementType.Float64 : ElementType.Float32);
        int firstGroup = 0;
        foreach (Tensor tensor in tensors.Where(tensor => Groups(tensor) > 0))
        {
            KernelConfig config = ElementLaunch.ForRows(device, Groups(tensor));
            if (isDouble)
                device.Launch(SumOfSquaresKernels.InDouble, config, tensor.View, sums.ViewOf<double>(), firstGroup);
            else
                device.Launch(SumOfSquaresKernels.InSingle, config, tensor.View, sums.View, firstGroup);
            firstGroup += Groups(tensor);
        }

        double total = 0;
        foreach (double sum in isDouble ? sums.Read<double>() : Array.ConvertAll(sums.ToArray(), sum => (double)sum))
            total += sum;
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

    private readonly struct SumOfSquaresFunction(Tensor[] tensors) : IDeviceFunction<double>
    {
        public double RunOn(CpuDevice device)
        {
            double sum = 0;
            foreach (Tensor tensor in tensors)
                sum += SumOfSquares(tensor.Span);
            return sum;
        }

        public double RunOn(AcceleratorDevice device) => SumOfSquares(device, tensors, device.WidestNumber == sizeof(double));
    }
}
