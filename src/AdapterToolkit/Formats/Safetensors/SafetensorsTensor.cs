using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Formats;

/// <summary>A tensor to be written by <see cref="SafetensorsWriter"/>: its description now, its elements when their turn comes.</summary>
public sealed class SafetensorsTensor
{
    /// <summary>The numbers that are written at once.</summary>
    private const int PieceLength = 1 << 24;

    private readonly Action<Stream> _write;

    private SafetensorsTensor(string name, SafetensorsType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Type = type;
        Shape = [.. shape];
        long elements = 1;
        foreach (long length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            elements = checked(elements * length);
        }

        ByteLength = checked(elements * type.ElementSize());
        _write = write;
    }

    /// <summary>The tensor's name in the file.</summary>
    public string Name { get; }

    /// <summary>The type of the elements in the file.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The lengths of the dimensions, outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The bytes that the elements take in the file.</summary>
    public long ByteLength { get; }

    /// <summary>A tensor of single-precision numbers that are in memory.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The lengths of the dimensions.</param>
    /// <param name="values">The elements, row-major.</param>
    public static SafetensorsTensor OfFloats(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values)
        => Checked(new SafetensorsTensor(name, SafetensorsType.F32, shape, stream => WriteAll(stream, values.Span)), (long)values.Length * sizeof(float));

    /// <summary>
    /// A tensor of single-precision numbers that are fetched when they are written, for example from a device: only one such tensor is in memory at a time.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The lengths of the dimensions.</param>
    /// <param name="fill">Writes all elements, row-major, into the span it is given.</param>
    public static SafetensorsTensor OfFloats(string name, ReadOnlySpan<long> shape, Action<Span<float>> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        int count = Countable(name, shape, 1);
        return new SafetensorsTensor(name, SafetensorsType.F32, shape, stream =>
        {
            float[] values = GC.AllocateUninitializedArray<float>(count);
            fill(values);
            WriteAll<float>(stream, values);
        });
    }

    /// <summary>A tensor of 64-bit integers.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The lengths of the dimensions.</param>
    /// <param name="values">The elements, row-major.</param>
    public static SafetensorsTensor OfIntegers(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<long> values)
        => Checked(new SafetensorsTensor(name, SafetensorsType.I64, shape, stream => WriteAll(stream, values.Span)), (long)values.Length * sizeof(long));

    /// <summary>A tensor of any type, its elements given as the file's bytes.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The lengths of the dimensions.</param>
    /// <param name="bytes">The elements, row-major, little-endian.</param>
    public static SafetensorsTensor OfBytes(string name, SafetensorsType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
        => Checked(new SafetensorsTensor(name, type, shape, stream => stream.Write(bytes.Span)), bytes.Length);

    /// <summary>A tensor of any type whose bytes are fetched when they are written: only one such tensor is in memory at a time.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The lengths of the dimensions.</param>
    /// <param name="fill">Writes all elements, row-major and little-endian, into the span it is given.</param>
    public static SafetensorsTensor OfBytes(string name, SafetensorsType type, ReadOnlySpan<long> shape, Action<Span<byte>> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        int count = Countable(name, shape, type.ElementSize());
        return new SafetensorsTensor(name, type, shape, stream =>
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
            fill(bytes);
            stream.Write(bytes);
        });
    }

    /// <summary>Writes the elements.</summary>
    internal void Write(Stream stream) => _write(stream);

    private static SafetensorsTensor Checked(SafetensorsTensor tensor, long givenBytes)
        => tensor.ByteLength == givenBytes
            ? tensor
            : throw new ArgumentException($"Tensor '{tensor.Name}' of shape {SafetensorsEntry.FormatShape(tensor.Shape.AsSpan())} "
                + $"takes {tensor.ByteLength} bytes; {givenBytes} are given.");

    /// <summary>Writes numbers piece by piece: the bytes of all together may be more than a span can have.</summary>
    private static void WriteAll<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (int done = 0; done < values.Length; done += Math.Min(PieceLength, values.Length - done))
            stream.Write(MemoryMarshal.AsBytes(values.Slice(done, Math.Min(PieceLength, values.Length - done))));
    }

    /// <summary>How many entries an array has that is to hold a whole tensor.</summary>
    private static int Countable(string name, ReadOnlySpan<long> shape, int each)
    {
        decimal count = each;
        foreach (long length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            if ((count *= length) > Array.MaxLength)
                throw new ArgumentOutOfRangeException(
                    nameof(shape),
                    $"Tensor '{name}' of shape {SafetensorsEntry.FormatShape(shape)} is fetched as a whole "
                        + $"and takes more than {Array.MaxLength} {(each == 1 ? "numbers" : "bytes")}, which no array holds.");
        }

        return (int)count;
    }
}
