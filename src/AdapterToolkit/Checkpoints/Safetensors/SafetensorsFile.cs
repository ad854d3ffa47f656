using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors), opened for reading. Opening reads and checks the header only;
/// elements are read tensor by tensor, straight into the caller's memory.
/// </summary>
/// <remarks>
/// The file is mapped in windows of a few megabytes, each released before the next: mapped pages count as resident memory, so that a mapping
/// of the whole file would make loading cost the file's size on top of the loaded weights. With windows the peak is what the caller holds, whatever the
/// size of a tensor. Instances may be used from several threads.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int WindowSize = 1 << 22;

    private readonly MemoryMappedFile _mapping;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private SafetensorsFile(string path, MemoryMappedFile mapping, SafetensorsHeader header, long dataStart)
    {
        FilePath = path;
        _mapping = mapping;
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
    /// <exception cref="CheckpointException">The file is malformed or truncated; the message names the tensor where one is at fault.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        MemoryMappedFile? mapping = null;
        try
        {
            long fileLength = stream.Length;
            if (fileLength < SafetensorsHeader.LengthSize)
                throw new CheckpointException(path, $"a safetensors file has at least {SafetensorsHeader.LengthSize} bytes, this one has {fileLength}.");
            mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            int headerLength = 0;
            Visit(mapping, 0, SafetensorsHeader.LengthSize, bytes => headerLength = SafetensorsHeader.CheckLength(path, BinaryPrimitives.ReadUInt64LittleEndian(bytes), fileLength));
            long dataStart = SafetensorsHeader.LengthSize + (long)headerLength;
            SafetensorsHeader? header = null;
            if (headerLength > 0)
                Visit(mapping, SafetensorsHeader.LengthSize, headerLength, bytes => header = SafetensorsHeader.Parse(path, bytes, fileLength - dataStart));
            header ??= SafetensorsHeader.Parse(path, [], fileLength - dataStart);
            return new SafetensorsFile(path, mapping, header, dataStart);
        }
        catch
        {
            mapping?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _header.ByName.ContainsKey(name);

    /// <summary>What the header says about a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">The file has no tensor of this name.</exception>
    public SafetensorsEntry GetEntry(string name)
        => _header.ByName.TryGetValue(name, out SafetensorsEntry? entry) ? entry : throw new CheckpointException(FilePath, "the file has no tensor of this name.", name);

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
                CopyTo(entry, MemoryMarshal.AsBytes(destination), digest);
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
        CopyTo(entry, MemoryMarshal.AsBytes(destination));
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
        CopyTo(entry, bytes);
        return bytes;
    }

    /// <summary>Lets a digest see a tensor's bytes, of which no more than a window is in memory at a time.</summary>
    internal void ReadInto(string name, NonCryptographicHashAlgorithm digest)
    {
        SafetensorsEntry entry = GetEntry(name);
        for (long done = 0; done < entry.ByteLength; done += WindowSize)
            Visit(_mapping, _dataStart + entry.Begin + done, (int)Math.Min(WindowSize, entry.ByteLength - done), digest.Append);
    }

    /// <inheritdoc/>
    public void Dispose() => _mapping.Dispose();

    private T[] NewArray<T>(SafetensorsEntry entry)
        => entry.ElementCount <= Array.MaxLength
            ? new T[entry.ElementCount]
            : throw new CheckpointException(FilePath, $"its {entry.ElementCount} elements do not fit one array.", entry.Name);

    private void CheckCount(SafetensorsEntry entry, int count)
    {
        if (entry.ElementCount != count)
            throw new CheckpointException(FilePath, $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} has {entry.ElementCount} elements; {count} are needed here.", entry.Name);
    }

    private void CopyTo(SafetensorsEntry entry, Span<byte> destination, NonCryptographicHashAlgorithm? digest = null)
    {
        for (int done = 0; done < destination.Length; done += WindowSize)
        {
            Span<byte> part = destination.Slice(done, Math.Min(WindowSize, destination.Length - done));
            using Window window = new(_mapping, _dataStart + entry.Begin + done, part.Length);
            digest?.Append(window.Bytes);
            window.Bytes.CopyTo(part);
        }
    }

    private void Widen(SafetensorsEntry entry, Span<float> destination, Action<ReadOnlySpan<ushort>, Span<float>> convert, NonCryptographicHashAlgorithm? digest)
    {
        const int windowElements = WindowSize / sizeof(ushort);
        for (int done = 0; done < destination.Length; done += windowElements)
        {
            Span<float> part = destination.Slice(done, Math.Min(windowElements, destination.Length - done));
            using Window window = new(_mapping, _dataStart + entry.Begin + ((long)done * sizeof(ushort)), part.Length * sizeof(ushort));
            digest?.Append(window.Bytes);
            convert(MemoryMarshal.Cast<byte, ushort>(window.Bytes), part);
        }
    }

    private static void Visit(MemoryMappedFile mapping, long offset, int length, Action<ReadOnlySpan<byte>> visit)
    {
        using Window window = new(mapping, offset, length);
        visit(window.Bytes);
    }

    /// <summary>A part of the file, mapped until disposed.</summary>
    private readonly ref struct Window : IDisposable
    {
        private readonly MemoryMappedViewAccessor _view;

        public Window(MemoryMappedFile mapping, long offset, int length)
        {
            _view = mapping.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Bytes = new ReadOnlySpan<byte>(pointer + _view.PointerOffset, length);
        }

        public ReadOnlySpan<byte> Bytes { get; }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }
}
