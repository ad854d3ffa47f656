using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Normalization by the root mean square, row by row, on the CPU.</summary>
internal static class RmsNormCpu
{
    internal static void Forward(CpuDevice device, Tensor x, Tensor weight, float epsilon, Tensor result, Tensor inverseRms) =>
        ElementSharing.Run(device, new ForwardWork(x, weight, epsilon, result, inverseRms), x.Shape.Elements);

    internal static void InputGradient(CpuDevice device, Tensor gradient, Tensor x, Tensor weight, Tensor inverseRms, Tensor result) =>
        ElementSharing.Run(device, new InputGradientWork(gradient, x, weight, inverseRms, result), x.Shape.Elements);

    internal static void AddWeightGradient(CpuDevice device, Tensor gradient, Tensor x, Tensor inverseRms, Tensor weightGradient) =>
        ElementSharing.Run(device, new WeightGradientWork(gradient, x, inverseRms, weightGradient), x.Shape.Elements);

    /// <summary>y = w · x · r with r = 1 / sqrt(mean(x²) + ε).</summary>
    private sealed class ForwardWork(Tensor x, Tensor weight, float epsilon, Tensor result, Tensor inverseRms) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = x.Columns;
            ReadOnlySpan<float> weights = weight.Span;
            for (int row = ShareStart(x.Rows, 1, worker, workers); row < ShareStart(x.Rows, 1, worker + 1, workers); row++)
            {
                ReadOnlySpan<float> from = x.Span.Slice(row * columns, columns);
                Span<float> to = result.Span.Slice(row * columns, columns);
                float inverse = 1 / MathF.Sqrt((DotProduct.Of(from, from) / columns) + epsilon);
                inverseRms.Span[row] = inverse;
                ref float source = ref MemoryMarshal.GetReference(from);
                ref float factors = ref MemoryMarshal.GetReference(weights);
                ref float target = ref MemoryMarshal.GetReference(to);
                nuint i = 0;
                for (; i + (nuint)Vector<float>.Count <= (nuint)columns; i += (nuint)Vector<float>.Count)
                    (Vector.LoadUnsafe(ref factors, i) * (Vector.LoadUnsafe(ref source, i) * inverse)).StoreUnsafe(ref target, i);
                for (; i < (nuint)columns; i++)
                    Unsafe.Add(ref target, i) = Unsafe.Add(ref factors, i) * (Unsafe.Add(ref source, i) * inverse);
            }
        }
    }

    /// <summary>dx = r · (w · dy - x · r² · mean(w · dy · x)).</summary>
    private sealed class InputGradientWork(Tensor gradient, Tensor x, Tensor weight, Tensor inverseRms, Tensor result) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = x.Columns;
            for (int row = ShareStart(x.Rows, 1, worker, workers); row < ShareStart(x.Rows, 1, worker + 1, workers); row++)
            {
                ref float gradients = ref MemoryMarshal.GetReference(gradient.Span.Slice(row * columns, columns));
                ref float values = ref MemoryMarshal.GetReference(x.Span.Slice(row * columns, columns));
                ref float factors = ref MemoryMarshal.GetReference(weight.Span);
                ref float target = ref MemoryMarshal.GetReference(result.Span.Slice(row * columns, columns));
                float inverse = inverseRms.Span[row];
                Vector<float> sums = Vector<float>.Zero;
                float sum = 0;
                nuint i = 0;
                for (; i + (nuint)Vector<float>.Count <= (nuint)columns; i += (nuint)Vector<float>.Count)
                    sums += Vector.LoadUnsafe(ref gradients, i) * Vector.LoadUnsafe(ref factors, i) * Vector.LoadUnsafe(ref values, i);
                for (; i < (nuint)columns; i++)
                    sum += Unsafe.Add(ref gradients, i) * Unsafe.Add(ref factors, i) * Unsafe.Add(ref values, i);
                float slope = (Vector.Sum(sums) + sum) / columns * inverse * inverse;
                for (i = 0; i + (nuint)Vector<float>.Count <= (nuint)columns; i += (nuint)Vector<float>.Count)
                {
                    Vector<float> product = Vector.LoadUnsafe(ref gradients, i) * Vector.LoadUnsafe(ref factors, i);
                    ((product - (Vector.LoadUnsafe(ref values, i) * slope)) * inverse).StoreUnsafe(ref target, i);
                }

                for (; i < (nuint)columns; i++)
                    Unsafe.Add(ref target, i) = ((Unsafe.Add(ref gradients, i) * Unsafe.Add(ref factors, i)) - (Unsafe.Add(ref values, i) * slope)) * inverse;
            }
        }
    }

    /// <summary>dw += the sum of dy · x · r over the rows, in one addition; each worker takes some columns.</summary>
    private sealed class WeightGradientWork(Tensor gradient, Tensor x, Tensor inverseRms, Tensor weightGradient) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int columns = x.Columns;
            int first = ShareStart(columns, ElementSharing.Line, worker, workers), end = ShareStart(columns, ElementSharing.Line, worker + 1, workers);
            Span<float> sums = MemoryMarshal.CreateSpan(ref ScratchMemory.Take(0, end - first), end - first);
            sums.Clear();
            Span<Vector<float>> sumVectors = MemoryMarshal.Cast<float, Vector<float>>(sums);
            for (int row = 0; row < x.Rows; row++)
            {
                ReadOnlySpan<float> gradients = gradient.Span.Slice((row * columns) + first, sums.Length);
                ReadOnlySpan<float> values = x.Span.Slice((row * columns) + first, sums.Length);
                float inverse = inverseRms.Span[row];
                ReadOnlySpan<Vector<float>> gradientVectors = MemoryMarshal.Cast<float, Vector<float>>(gradients);
                ReadOnlySpan<Vector<float>> valueVectors = MemoryMarshal.Cast<float, Vector<float>>(values);
                for (int i = 0; i < sumVectors.Length; i++)
                    sumVectors[i] += gradientVectors[i] * valueVectors[i] * inverse;
                for (int i = sumVectors.Length * Vector<float>.Count; i < sums.Length; i++)
                    sums[i] += gradients[i] * values[i] * inverse;
            }

            Span<float> target = weightGradient.Span[first..end];
            for (int i = 0; i < target.Length; i++)
                target[i] += sums[i];
        }
    }
}
