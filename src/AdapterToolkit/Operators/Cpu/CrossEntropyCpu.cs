using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Softmax cross-entropy of rows of logits on the CPU.</summary>
internal static class CrossEntropyCpu
{
    internal static void Run(CpuDevice device, Tensor logits, int[] labels, float factor, bool wantsGradient, Tensor losses) =>
        ElementSharing.Run(device, new Work(logits, labels, factor, wantsGradient, losses), logits.Shape.Elements);

    private sealed class Work(Tensor logits, int[] labels, float factor, bool wantsGradient, Tensor losses) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int vocabulary = logits.Columns;
            for (int row = ShareStart(labels.Length, 1, worker, workers); row < ShareStart(labels.Length, 1, worker + 1, workers); row++)
            {
                Span<float> values = logits.Span.Slice(row * vocabulary, vocabulary);
                float labelled = values[labels[row]];
                float largest = Largest(values);
                float sum = Exponentials(values, largest, store: wantsGradient);
                losses.Span[row] = MathF.Log(sum) + largest - labelled;
                if (!wantsGradient)
                    continue;
                Scale(values, factor / sum);
                values[labels[row]] -= factor;
            }
        }

        private static float Largest(ReadOnlySpan<float> values)
        {
            ref float start = ref MemoryMarshal.GetReference(values);
            float largest = values[0];
            Vector<float> vectors = new(largest);
            nuint i = 0, length = (nuint)values.Length, step = (nuint)Vector<float>.Count;
            for (; i + step <= length; i += step)
                vectors = Vector.Max(vectors, Vector.LoadUnsafe(ref start, i));
            for (int lane = 0; lane < Vector<float>.Count; lane++)
                largest = MathF.Max(largest, vectors[lane]);
            for (; i < length; i++)
                largest = MathF.Max(largest, Unsafe.Add(ref start, i));
            return largest;
        }

        /// <summary>Sums e^(value - largest) over a row, and puts the summands in the values' place where they are wanted.</summary>
        private static float Exponentials(Span<float> values, float largest, bool store)
        {
            ref float start = ref MemoryMarshal.GetReference(values);
            Vector<float> shift = new(largest), sums = Vector<float>.Zero;
            nuint i = 0, length = (nuint)values.Length, step = (nuint)Vector<float>.Count;
            for (; i + step <= length; i += step)
            {
                Vector<float> exponential = Elementary.Exp(Vector.LoadUnsafe(ref start, i) - shift);
                sums += exponential;
                if (store)
                    exponential.StoreUnsafe(ref start, i);
            }

            float sum = Vector.Sum(sums);
            for (; i < length; i++)
            {
                float exponential = MathF.Exp(Unsafe.Add(ref start, i) - largest);
                sum += exponential;
                if (store)
                    Unsafe.Add(ref start, i) = exponential;
            }

            return sum;
        }

        private static void Scale(Span<float> values, float factor)
        {
            Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
            for (int i = 0; i < vectors.Length; i++)
                vectors[i] *= factor;
            for (int i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
                values[i] *= factor;
        }
    }
}
