using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using AdapterToolkit.Quantization;
using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors), opened for reading. Opening reads and checks the header only;
/// elements are read tensor by tensor, straight into the caller's memory.
/// </summary>
/// <remarks>
/// Elements that convert to another type pass through a buffer of some hundred kilobytes, all others are read to where they belong: the peak is what
/// the caller holds, whatever the size of a tensor. A file that becomes shorter while it is open is an error (<see cref="CheckpointException"/>).
/// Instances may be used from several threads.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The bytes that are read at once: few enough that they are still in the processor's cache when they are converted.</summary>
    private const int WindowSize = 1 << 18;

    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;
    private bool _isDisposed;

    private SafetensorsFile(string path, SafeFileHandle handle, SafetensorsHeader header, long dataStart)
    {
        FilePath = path;
        _handle = handle;
        _header = header;
        _dataStart = dataStart;
    }

    /// <summary>The file's path, as given to <see cref="Open"/>.</summary>
    public string FilePath { get; }

    /// <summary>The tensors, in the order of their elements in the file.</summary>
    public ImmutableArray<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The free-form texts that the header carries under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">
    /// The file is malformed or truncated, of another format, or no regular file; the message names the tensor where one is at fault.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Path.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file.", path);
        SafeFileHandle handle = RegularFile.Open(path);
        try
        {
            ForeignContent.ThrowIfNoSafetensors(path, handle);
            long fileLength = RandomAccess.GetLength(handle);
            if (fileLength < SafetensorsHeader.LengthSize)
                throw new CheckpointException(path, $"a safetensors file has at least {SafetensorsHeader.LengthSize} bytes, this one has {fileLength}.");
            Span<byte> lengthBytes = stackalloc byte[SafetensorsHeader.LengthSize];
            RegularFile.Read(handle, path, 0, lengthBytes);
            int headerLength = SafetensorsHeader.CheckLength(path, BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes), fileLength);
            long dataStart = SafetensorsHeader.LengthSize + (long)headerLength;
            byte[] header = GC.AllocateUninitializedArray<byte>(headerLength);
            RegularFile.Read(handle, path, SafetensorsHeader.LengthSize, header);
            return new SafetensorsFile(path, handle, SafetensorsHeader.Parse(path, header, fileLength - dataStart), dataStart);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _header.ByName.ContainsKey(name);

    /// <summary>What the header says about a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">The file has no tensor of this name.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    public SafetensorsEntry GetEntry(string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _header.ByName.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new CheckpointException(FilePath, "the file has no tensor of this name.", name);
    }

    /// <summary>Reads a tensor as single-precision numbers; F32, F16 and BF16 convert exactly.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives all elements, row-major; exactly as many as the tensor has.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, it has another number of elements, or another type.</exception>
    public void ReadFloat32(string name, Span<float> destination) => ReadFloat32(name, destination, digest: null);

    /// <summary>Reads as <see cref="ReadFloat32(string, Span{float})"/>, and lets a digest see the file's bytes as they pass.</summary>
    internal void ReadFloat32(string name, Span<float> destination, NonCryptographicHashAlgorithm? digest)
    {
        SafetensorsEntry entry = GetEntry(name);
        CheckCount(entry, destination.Length);
        switch (entry.Type)
        {
            case SafetensorsType.F32:
                CopyTo(entry, destination, digest);
                break;
            case SafetensorsType.F16:
                Widen(entry, destination, Widening.FromHalf, digest);
                break;
            case SafetensorsType.BF16:
                Widen(entry, destination, Widening.FromBFloat16, digest);
                break;
            default:
                throw new CheckpointException(FilePath, $"its elements are {entry.Type.FileName()}; F32, F16 or BF16 is needed here.", name);
        }
    }

    /// <summary>Reads a tensor as single-precision numbers into a new array; see <see cref="ReadFloat32(string, Span{float})"/>.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, it is of another type, or too long for an array.</exception>
    public float[] ReadFloat32(string name)
    {
        float[] values = NewArray<float>(GetEntry(name));
        ReadFloat32(name, values);
        return values;
    }

    /// <summary>Reads a tensor of 64-bit integers (I64).</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives all elements, row-major; exactly as many as the tensor has.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, it has another number of elements, or another type.</exception>
    public void ReadInt64(string name, Span<long> destination)
    {
        SafetensorsEntry entry = GetEntry(name);
        CheckCount(entry, destination.Length);
        if (entry.Type != SafetensorsType.I64)
            throw new CheckpointException(FilePath, $"its elements are {entry.Type.FileName()}; I64 is needed here.", name);
        CopyTo(entry, destination);
    }

    /// <summary>Reads a tensor of 64-bit integers into a new array; see <see cref="ReadInt64(string, Span{long})"/>.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, it is of another type, or too long for an array.</exception>
    public long[] ReadInt64(string name)
    {
        long[] values = NewArray<long>(GetEntry(name));
        ReadInt64(name, values);
        return values;
    }

    /// <summary>Reads a tensor's bytes as they are in the file (little-endian), whatever its type.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives the bytes; exactly as many as the tensor has.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, or it has another number of bytes.</exception>
    public void ReadBytes(string name, Span<byte> destination) => ReadBytes(name, destination, digest: null);

    /// <summary>Reads as <see cref="ReadBytes(string, Span{byte})"/>, and lets a digest see the bytes as they pass.</summary>
    internal void ReadBytes(string name, Span<byte> destination, NonCryptographicHashAlgorithm? digest)
    {
        SafetensorsEntry entry = GetEntry(name);
        if (entry.ByteLength != destination.Length)
            throw new CheckpointException(FilePath, $"it has {entry.ByteLength} bytes; {destination.Length} are asked for.", name);
        CopyTo(entry, destination, digest);
    }

    /// <summary>Reads a tensor's bytes into a new array; see <see cref="ReadBytes(string, Span{byte})"/>.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, or it is too long for an array.</exception>
    public byte[] ReadBytes(string name)
    {
        SafetensorsEntry entry = GetEntry(name);
        if (entry.ByteLength > Array.MaxLength)
            throw new CheckpointException(FilePath, $"its {entry.ByteLength} bytes do not fit one array.", name);
        byte[] bytes = new byte[entry.ByteLength];
        CopyTo<byte>(entry, bytes);
        return bytes;
    }

    /// <summary>Lets a digest see a tensor's bytes, of which no more than a window is in memory at a time.</summary>
    internal void ReadInto(string name, NonCryptographicHashAlgorithm digest)
    {
        SafetensorsEntry entry = GetEntry(name);
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowSize);
        try
        {
            for (long done = 0; done < entry.ByteLength; done += WindowSize)
                Read(entry, done, window.AsSpan(0, (int)Math.Min(WindowSize, entry.ByteLength - done)), digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _handle.Dispose();
    }

    private T[] NewArray<T>(SafetensorsEntry entry)
        => entry.ElementCount <= Array.MaxLength
            ? new T[entry.ElementCount]
            : throw new CheckpointException(FilePath, $"its {entry.ElementCount} elements do not fit one array.", entry.Name);

    private void CheckCount(SafetensorsEntry entry, int count)
    {
        if (entry.ElementCount != count)
            throw new CheckpointException(
                FilePath,
                $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} has {entry.ElementCount} elements; {count} are needed here.",
                entry.Name);
    }

    /// <summary>Reads elements to where they belong, piece by piece: the bytes of all together may be more than a span can have.</summary>
    private unsafe void CopyTo<T>(SafetensorsEntry entry, Span<T> destination, NonCryptographicHashAlgorithm? digest = null)
        where T : unmanaged
    {
        int step = WindowSize / sizeof(T);
        for (long done = 0; done < destination.Length; done += step)
        {
            Span<T> part = destination.Slice((int)done, (int)Math.Min(step, destination.Length - done));
            Read(entry, done * sizeof(T), MemoryMarshal.AsBytes(part), digest);
        }
    }

    private void Widen(
        SafetensorsEntry entry, Span<float> destination, Action<ReadOnlySpan<ushort>, Span<float>> convert, NonCryptographicHashAlgorithm? digest)
    {
        const int step = WindowSize / sizeof(ushort);
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowSize);
        try
        {
            for (long done = 0; done < destination.Length; done += step)
            {
                Span<float> part = destination.Slice((int)done, (int)Math.Min(step, destination.Length - done));
                Span<byte> bytes = window.AsSpan(0, part.Length * sizeof(ushort));
                Read(entry, done * sizeof(ushort), bytes, digest);
                convert(MemoryMarshal.Cast<byte, ushort>(bytes), part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private void Read(SafetensorsEntry entry, long position, Span<byte> bytes, NonCryptographicHashAlgorithm? digest)
    {
        RegularFile.Read(_handle, FilePath, _dataStart + entry.Begin + position, bytes, entry.Name);
        digest?.Append(bytes);
    }
}
