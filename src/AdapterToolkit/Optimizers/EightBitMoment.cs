using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// A moment of a parameter in 8 bits: for each number a code of the dynamic map, and for each block of 256 numbers the
/// largest magnitude, by which the codes' values are multiplied. At first all numbers are zero.
/// </summary>
/// <remarks>Dettmers et al., "8-bit Optimizers via Block-wise Quantization", 2022; the numbers are those of bitsandbytes.</remarks>
internal sealed class EightBitMoment : IDisposable
{
    /// <summary>How many numbers share a scale.</summary>
    internal const int BlockSize = 256;

    /// <summary>Makes a moment of zeros.</summary>
    /// <param name="device">The device.</param>
    /// <param name="elements">How many numbers there are.</param>
    internal EightBitMoment(ComputeDevice device, int elements)
    {
        Codes = Tensor.Zeros(device, new Shape(elements), ElementType.UInt8);
        Maxima = Tensor.Zeros(device, new Shape(BlocksOf(elements)));
    }

    /// <summary>A code of the dynamic map for each number.</summary>
    internal Tensor Codes { get; }

    /// <summary>Each block's largest magnitude.</summary>
    internal Tensor Maxima { get; }

    /// <summary>How many blocks there are.</summary>
    internal int Blocks => Maxima.Shape.Elements;

    /// <summary>The bytes of codes and scales.</summary>
    internal long Bytes => Codes.Bytes + Maxima.Bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        Codes.Release();
        Maxima.Release();
    }

    /// <summary>How many blocks so many numbers have.</summary>
    internal static int BlocksOf(int elements) => (elements + BlockSize - 1) / BlockSize;

    /// <summary>Copies the codes out of the device.</summary>
    internal byte[] CopyCodes() => Codes.Read<byte>();

    /// <summary>Copies codes and scales to the host.</summary>
    /// <returns>What puts the copies back.</returns>
    internal Action Copy()
    {
        byte[] codes = CopyCodes();
        float[] maxima = Maxima.ToArray();
        return () => CopyFrom(codes, maxima);
    }

    /// <summary>Replaces codes and scales.</summary>
    /// <param name="codes">A code for each number.</param>
    /// <param name="maxima">A scale for each block.</param>
    internal void CopyFrom(ReadOnlySpan<byte> codes, ReadOnlySpan<float> maxima)
    {
        Codes.Write(codes);
        Maxima.CopyFrom(maxima);
    }
}
