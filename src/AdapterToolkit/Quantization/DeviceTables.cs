using System.Runtime.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Quantization;

/// <summary>Tables that the kernels of all quantized weights on a device share.</summary>
internal static class DeviceTables
{
    private static readonly ConditionalWeakTable<Device, Tensor> s_dynamicMaps = [];

    /// <summary>The values of the 256 codes of the dynamic map.</summary>
    /// <param name="device">The device.</param>
    internal static Tensor DynamicMap(Device device) => s_dynamicMaps.GetValue(device, static device =>
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return Tensor.From(device, new Shape(Codebooks.Dynamic8.Length), Codebooks.Dynamic8);
    });
}
