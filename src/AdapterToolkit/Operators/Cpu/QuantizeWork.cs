using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Quantizes a tensor with the kernels of its format, shared by blocks.</summary>
internal sealed unsafe class QuantizeWork : ParallelWork
{
    /// <summary>How many numbers of 16 bits stay together, which have no blocks.</summary>
    private const int Unit = 32;

    private readonly WeightFormat _format;
    private readonly Action<ReadOnlySpan<float>, Span<byte>, Span<float>> _quantizeBlocks;
    private readonly float* _values;
    private readonly int _elements;
    private readonly byte[] _codes;
    private readonly float[] _maxima;

    private QuantizeWork(
        WeightFormat format, Action<ReadOnlySpan<float>, Span<byte>, Span<float>> quantizeBlocks, float* values, int elements, byte[] codes, float[] maxima)
    {
        _format = format;
        _quantizeBlocks = quantizeBlocks;
        _values = values;
        _elements = elements;
        _codes = codes;
        _maxima = maxima;
    }

    /// <summary>Quantizes numbers on a device's threads.</summary>
    /// <param name="device">The device.</param>
    /// <param name="format">The format.</param>
    /// <param name="quantizeBlocks">Quantizes a run of whole blocks: reads its numbers, writes its codes and its blocks' largest magnitudes.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="codes">Receives the codes.</param>
    /// <param name="maxima">Receives each block's largest magnitude; empty for 16 bits.</param>
    internal static void Run(
        CpuDevice device, WeightFormat format, Action<ReadOnlySpan<float>, Span<byte>, Span<float>> quantizeBlocks,
        ReadOnlySpan<float> values, byte[] codes, float[] maxima)
    {
        fixed (float* first = values)
            ElementSharing.Run(device, new QuantizeWork(format, quantizeBlocks, first, values.Length, codes, maxima), values.Length);
    }

    /// <inheritdoc/>
    public override void Run(int worker, int workers)
    {
        int unit = _format.HasBlocks ? _format.BlockSize : Unit;
        int start = ShareStart(_elements, unit, worker, workers);
        int count = ShareStart(_elements, unit, worker + 1, workers) - start;
        if (count == 0)
            return;
        Span<byte> codes = _codes.AsSpan((int)QuantizedValues.CodeBytes(_format, start), (int)QuantizedValues.CodeBytes(_format, count));
        Span<float> maxima = _format.HasBlocks ? _maxima.AsSpan(start / unit, _format.Blocks(count)) : [];
        _quantizeBlocks(new ReadOnlySpan<float>(_values + start, count), codes, maxima);
    }
}
