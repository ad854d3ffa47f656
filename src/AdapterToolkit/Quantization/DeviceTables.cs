using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Quantization;

/// <summary>Tables that the kernels of all quantized weights on a device share.</summary>
internal static class DeviceTables
{
    private static readonly ConditionalWeakTable<ComputeDevice, ConcurrentDictionary<QuantizationFormat, Tensor>> s_codebooks = [];

    /// <summary>The values of the codes of a format.</summary>
    /// <param name="device">The device.</param>
    /// <param name="numbers">A format that has codes.</param>
    internal static Tensor Codebook(ComputeDevice device, QuantizationFormat numbers) => s_codebooks.GetOrCreateValue(device).GetOrAdd(
        numbers,
        static (numbers, device) =>
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            ReadOnlySpan<float> values = Codebooks.Of(numbers);
            return Tensor.From(device, new Shape(values.Length), values);
        },
        device);
}
