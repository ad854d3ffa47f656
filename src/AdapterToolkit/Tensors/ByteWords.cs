using System.Runtime.InteropServices;
using AdapterToolkit.Devices;

namespace AdapterToolkit.Tensors;

/// <summary>
/// Bytes as tensors: a tensor holds float32 numbers, so bytes are put into it four in a 32-bit word, the first in the lowest
/// bits, and the last word is filled up with zeros.
/// </summary>
internal static class ByteWords
{
    /// <summary>How many 32-bit words hold so many bytes.</summary>
    /// <param name="bytes">How many bytes there are.</param>
    internal static int Count(long bytes) => (int)((bytes + sizeof(float) - 1) / sizeof(float));

    /// <summary>Puts bytes on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">The bytes.</param>
    internal static Tensor From(Device device, ReadOnlySpan<byte> bytes)
    {
        float[] words = Words(bytes);
        return Tensor.From(device, new Shape(words.Length), words);
    }

    /// <summary>Replaces the bytes of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="bytes">The bytes; as many words as the tensor has.</param>
    internal static void CopyFrom(Tensor tensor, ReadOnlySpan<byte> bytes) => tensor.CopyFrom(Words(bytes));

    /// <summary>Copies bytes out of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="bytes">Receives as many of its first bytes as there is room for.</param>
    internal static void CopyTo(Tensor tensor, Span<byte> bytes) => MemoryMarshal.AsBytes(tensor.ToArray().AsSpan())[..bytes.Length].CopyTo(bytes);

    private static float[] Words(ReadOnlySpan<byte> bytes)
    {
        float[] words = new float[Count(bytes.Length)];
        bytes.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
