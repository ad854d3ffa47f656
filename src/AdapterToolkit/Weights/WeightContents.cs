using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>What a loaded frozen weight consists of: float32 numbers, or codes and scales.</summary>
/// <param name="Dense">The numbers; null where the weight is packed.</param>
/// <param name="Packed">Codes and scales; null where the weight is dense.</param>
internal sealed record WeightContents(Tensor? Dense, PackedWeight? Packed) : IDisposable
{
    /// <summary>The bytes on the device.</summary>
    internal long Bytes => Dense?.Bytes ?? Packed!.Bytes;

    /// <summary>The device.</summary>
    internal Device Device => Dense?.Device ?? Packed!.Device;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dense?.Release();
        Packed?.Dispose();
    }
}
