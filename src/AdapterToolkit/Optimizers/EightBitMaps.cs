using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// The dynamic maps as a device's kernels read them, in one tensor of four times 256 numbers: the values of the signed map,
/// the points between them, which decide on the nearest value, and the same of the map without a sign. Points have an
/// infinite one at their end.
/// </summary>
internal static class EightBitMaps
{
    /// <summary>How many values a map has.</summary>
    internal const int Values = 256;

    /// <summary>Copies the maps to a device.</summary>
    /// <param name="device">The device.</param>
    internal static Tensor Create(ComputeDevice device)
    {
        float[] maps =
        [
            .. Codebooks.Dynamic8, .. DecisionPoints.Between(Codebooks.Dynamic8), float.PositiveInfinity,
            .. Codebooks.UnsignedDynamic8, .. DecisionPoints.Between(Codebooks.UnsignedDynamic8), float.PositiveInfinity,
        ];
        return Tensor.From(device, new Shape(maps.Length), maps);
    }
}
