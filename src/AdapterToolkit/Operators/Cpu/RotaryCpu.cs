using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>The rotary embedding on the CPU.</summary>
internal static class RotaryCpu
{
    /// <summary>Turns pairs of features by the angles times a direction, 1 or -1.</summary>
    internal static void Rotate(CpuDevice device, Tensor x, SequenceContext context, float direction, Tensor result) =>
        ElementSharing.Run(device, new Work(x, context, direction, result), x.Shape.Elements);

    private sealed class Work(Tensor x, SequenceContext context, float direction, Tensor result) : VectorWork
    {
        protected override void Run<TOperations, TVector>(int worker, int workers)
        {
            int first = ShareStart(x.Rows, 1, worker, workers), end = ShareStart(x.Rows, 1, worker + 1, workers);
            foreach (Sequence sequence in context.Sequences)
            {
                int start = Math.Max(first, sequence.FirstRow);
                TurnRows<TOperations, TVector>(start, Math.Min(end, sequence.EndRow), sequence.FirstPosition + start - sequence.FirstRow);
            }
        }

        /// <summary>Turns rows of one sequence, whose positions follow each other; none where the end is not after the first.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TurnRows<TOperations, TVector>(int first, int end, int firstPosition)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            int half = context.HeadDim / 2, columns = x.Columns;
            ref float source = ref MemoryMarshal.GetReference(x.Span);
            ref float target = ref MemoryMarshal.GetReference(result.Span);
            ref float cosines = ref MemoryMarshal.GetReference(context.Rotary.Cosines.Span);
            ref float sines = ref MemoryMarshal.GetReference(context.Rotary.Sines.Span);
            TVector directions = TOperations.Create(direction);
            for (int row = first; row < end; row++)
            {
                int angles = (firstPosition + row - first) * half;
                for (int column = 0; column < columns; column += 2 * half)
                {
                    nint head = ((nint)row * columns) + column;
                    int i = 0;
                    for (; i + TOperations.Count <= half; i += TOperations.Count)
                    {
                        TVector low = TOperations.Load(ref source, head + i), high = TOperations.Load(ref source, head + half + i);
                        TVector cosine = TOperations.Load(ref cosines, angles + i);
                        TVector sine = TOperations.Multiply(directions, TOperations.Load(ref sines, angles + i));
                        TOperations.Store(TOperations.Subtract(TOperations.Multiply(low, cosine), TOperations.Multiply(high, sine)), ref target, head + i);
                        TOperations.Store(TOperations.Add(TOperations.Multiply(high, cosine), TOperations.Multiply(low, sine)), ref target, head + half + i);
                    }

                    for (; i < half; i++)
                    {
                        float low = Unsafe.Add(ref source, head + i), high = Unsafe.Add(ref source, head + half + i);
                        float cosine = Unsafe.Add(ref cosines, angles + i), sine = direction * Unsafe.Add(ref sines, angles + i);
                        Unsafe.Add(ref target, head + i) = (low * cosine) - (high * sine);
                        Unsafe.Add(ref target, head + half + i) = (high * cosine) + (low * sine);
                    }
                }
            }
        }
    }
}
