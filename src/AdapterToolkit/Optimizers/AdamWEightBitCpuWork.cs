using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// The step of <see cref="AdamWUpdate"/> with moments in 8 bits on the CPU device: block by block the moments are decoded,
/// take part in the step in float32, and are quantized by their new largest magnitudes.
/// </summary>
/// <param name="value">w.</param>
/// <param name="gradient">g.</param>
/// <param name="first">m.</param>
/// <param name="second">v.</param>
/// <param name="coefficients">What the step multiplies by.</param>
internal sealed unsafe class AdamWEightBitCpuWork(
    Tensor value, Tensor gradient, EightBitMoment first, EightBitMoment second, AdamWCoefficients coefficients) : ParallelWork
{
    /// <summary>Blocks that stay together, so that no two threads write scales into one cache line.</summary>
    private const int Unit = 16;

    /// <inheritdoc/>
    public override void Run(int worker, int workers)
    {
        float* m = stackalloc float[EightBitMoment.BlockSize], v = stackalloc float[EightBitMoment.BlockSize];
        int end = ShareStart(first.Blocks, Unit, worker + 1, workers);
        for (int block = ShareStart(first.Blocks, Unit, worker, workers); block < end; block++)
        {
            int start = block * EightBitMoment.BlockSize;
            int count = Math.Min(EightBitMoment.BlockSize, value.Shape.Elements - start);
            Decode(first, Codebooks.Dynamic8, block, new Span<float>(m, count));
            Decode(second, Codebooks.UnsignedDynamic8, block, new Span<float>(v, count));
            Elementwise.RunRange(new AdamWCpuKernel(Elementwise.Pointer(value) + start, Elementwise.Pointer(gradient) + start, m, v, coefficients), 0, count);
            Encode(first, NearestCodeTable.Dynamic8, block, new ReadOnlySpan<float>(m, count));
            Encode(second, NearestCodeTable.UnsignedDynamic8, block, new ReadOnlySpan<float>(v, count));
        }
    }

    private static Span<byte> CodesOf(EightBitMoment moment, int block, int count) =>
        moment.Codes.SpanOf<byte>().Slice(block * EightBitMoment.BlockSize, count);

    private static void Decode(EightBitMoment moment, ReadOnlySpan<float> map, int block, Span<float> numbers)
    {
        ReadOnlySpan<byte> codes = CodesOf(moment, block, numbers.Length);
        float scale = moment.Maxima.Span[block];
        ref float values = ref MemoryMarshal.GetReference(map);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = Unsafe.Add(ref values, codes[i]) * scale;
    }

    private static void Encode(EightBitMoment moment, NearestCodeTable table, int block, ReadOnlySpan<float> numbers)
    {
        float largest = LargestMagnitude.Of(numbers);
        moment.Maxima.Span[block] = largest;
        new EightBitEncoder(table).Encode(numbers, new BlockNormalization(largest), CodesOf(moment, block, numbers.Length));
    }
}
