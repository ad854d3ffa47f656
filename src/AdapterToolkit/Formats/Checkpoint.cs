using System.IO.Hashing;
using System.Runtime.InteropServices;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Formats;

/// <summary>
/// The tensors of a model in a folder of the Hugging Face layout: one <c>model.safetensors</c>, or several files ("shards") that
/// <c>model.safetensors.index.json</c> lists. Opening reads and checks headers only.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>The file of a checkpoint that is not divided.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>The list of tensors and shards of a divided checkpoint.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    /// <summary>What the files of a saved model are called as a part of their folder (<see cref="AtomicFolder"/>).</summary>
    public const string Part = "model";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, LocatedTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _remarks = [];
    private readonly List<string> _ignored = [];
    private bool _isDisposed;

    private Checkpoint(string folder, string filePath, List<SafetensorsFile> files)
    {
        Folder = folder;
        FilePath = filePath;
        _files = files;
    }

    /// <summary>The checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>The file that lists the tensors: the only one, or the index.</summary>
    public string FilePath { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>What is odd about the files, but no error.</summary>
    internal IReadOnlyList<string> Remarks => _remarks;

    /// <summary>The names of the tensors that are left out.</summary>
    internal IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Receives the digest of every tensor that is read; null where nobody asks for it.</summary>
    internal ContentIdentity? Identity { get; set; }

    /// <summary>Opens the checkpoint in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">
    /// There is no checkpoint, or one of another format, which the message names; a file of it is malformed or missing; index and files contradict each
    /// other; or the folder holds both layouts, and they differ.
    /// </exception>
    public static Checkpoint Open(string folder) => Open(folder, mapping: null);

    /// <summary>Opens the checkpoint in a folder, with some of its tensors left out, renamed or transposed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="mapping">What is done with a tensor; null, or a result of null, for nothing.</param>
    /// <exception cref="CheckpointException">As of <see cref="Open(string)"/>; two tensors get one name, or what is no matrix is to be transposed.</exception>
    internal static Checkpoint Open(string folder, Func<SafetensorsEntry, TensorMapping?>? mapping)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        Checkpoint checkpoint = OpenFiles(folder);
        try
        {
            checkpoint.Locate(mapping);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Type and shape of a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">There is no tensor of this name.</exception>
    public SafetensorsEntry GetEntry(string name) => Find(name).Seen;

    /// <summary>The file that holds a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">There is no tensor of this name.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public SafetensorsFile GetFile(string name) => Find(name).File;

    /// <summary>Reads a tensor as single-precision numbers; F32, F16 and BF16 convert exactly.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives all elements, row-major; exactly as many as the tensor has.</param>
    /// <exception cref="CheckpointException">There is no such tensor, it has another number of elements, or another type.</exception>
    public void ReadFloat32(string name, Span<float> destination)
    {
        LocatedTensor tensor = Find(name);
        if (tensor.IsTransposed)
        {
            ReadTransposed(name, destination);
            return;
        }

        XxHash128? digest = NewDigest();
        tensor.File.ReadFloat32(tensor.Source.Name, destination, digest);
        Identify(tensor, digest);
    }

    /// <summary>Checks a tensor's shape before anything is allocated for it.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or it has another shape.</exception>
    public void RequireShape(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsEntry entry = GetEntry(name);
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
            throw Error(name, $"its shape is {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())}; the model needs {SafetensorsEntry.FormatShape(shape)}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    /// <summary>An error about a tensor, which names it as its file does.</summary>
    internal CheckpointException Error(string name, string problem)
    {
        LocatedTensor tensor = Find(name);
        return new CheckpointException(
            tensor.File.FilePath, tensor.Source.Name == name ? problem : $"(loaded as '{Excerpt.Of(name)}') {problem}", tensor.Source.Name);
    }

    /// <summary>The name that a tensor has in its file.</summary>
    internal string NameInFile(string name) => Find(name).Source.Name;

    /// <summary>Reads a small tensor as single-precision numbers.</summary>
    /// <exception cref="CheckpointException">As of <see cref="ReadFloat32(string, Span{float})"/>, or the tensor is too long for an array.</exception>
    internal float[] ReadFloat32(string name)
    {
        float[] values = new float[ArrayLength(name, GetEntry(name).ElementCount)];
        ReadFloat32(name, values);
        return values;
    }

    /// <summary>Reads a tensor's bytes, whatever its type.</summary>
    /// <exception cref="CheckpointException">There is no such tensor, or it is too long for an array.</exception>
    internal byte[] ReadBytes(string name)
    {
        LocatedTensor tensor = Find(name);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(ArrayLength(name, tensor.Source.ByteLength));
        XxHash128? digest = NewDigest();
        tensor.File.ReadBytes(tensor.Source.Name, bytes, tensor.IsTransposed ? null : digest);
        if (tensor.IsTransposed)
        {
            bytes = Transposed(tensor.Source, bytes);
            digest?.Append(bytes);
        }

        Identify(tensor, digest);
        return bytes;
    }

    /// <summary>Whether two tensors have one type, shape and content.</summary>
    internal bool AreEqual(string name, string other)
    {
        SafetensorsEntry left = GetEntry(name), right = GetEntry(other);
        return left.Type == right.Type && left.Shape.AsSpan().SequenceEqual(right.Shape.AsSpan())
            && Find(name).IsTransposed == Find(other).IsTransposed
            && DigestOf(Find(name)) == DigestOf(Find(other));
    }

    private static UInt128 DigestOf(LocatedTensor tensor)
    {
        XxHash128 digest = new();
        tensor.File.ReadInto(tensor.Source.Name, digest);
        return digest.GetCurrentHashAsUInt128();
    }

    private static Checkpoint OpenFiles(string folder)
    {
        string single = Path.Combine(folder, SingleFileName), index = Path.Combine(folder, IndexFileName);
        if (!File.Exists(single) && !File.Exists(index))
            throw ForeignFormat.Explain(folder);
        if (!File.Exists(single))
        {
            ShardIndex list = ShardIndex.Read(index);
            Checkpoint divided = new(folder, index, list.OpenFiles(folder));
            divided.CheckTotalSize(list);
            return divided;
        }

        Checkpoint whole = new(folder, single, [SafetensorsFile.Open(single)]);
        try
        {
            if (File.Exists(index))
                whole.CheckAgainst(ShardIndex.Read(index));
            return whole;
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    /// <summary>A folder with both layouts: the index must describe the one file, or have been left behind by files that are gone.</summary>
    private void CheckAgainst(ShardIndex index)
    {
        if (index.FileOf.Values.FirstOrDefault(file => file != SingleFileName && File.Exists(Path.Combine(Folder, file))) is { } shard)
            throw new CheckpointException(
                Folder,
                $"the folder holds two checkpoints: '{SingleFileName}', and '{Excerpt.Of(shard)}', which '{IndexFileName}' lists. "
                    + "Move the one that is not meant away.");
        if (!index.FileOf.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(_files[0].Entries.Select(entry => entry.Name)))
            throw new CheckpointException(
                Folder, $"'{IndexFileName}' lists other tensors than '{SingleFileName}' holds. Remove the index where it belongs to another checkpoint.");
        if (index.FileOf.Values.Any(file => file != SingleFileName))
            _remarks.Add($"{Folder}: '{IndexFileName}' lists files that are not there; the same tensors are read from '{SingleFileName}'.");
        CheckTotalSize(index);
    }

    private void CheckTotalSize(ShardIndex index)
    {
        long bytes = _files.Sum(file => file.Entries.Sum(entry => entry.ByteLength));
        if (index.TotalSize is { } stated && stated != bytes)
            _remarks.Add($"{index.FilePath}: 'metadata.total_size' is {stated}, but the tensors have {bytes} bytes.");
    }

    private void Locate(Func<SafetensorsEntry, TensorMapping?>? mapping)
    {
        foreach (SafetensorsFile file in _files)
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                TensorMapping? mapped = mapping?.Invoke(entry);
                if (mapped is { IsIgnored: true })
                {
                    _ignored.Add(entry.Name);
                    continue;
                }

                LocatedTensor tensor = mapped is null ? LocatedTensor.AsItIs(file, entry) : LocatedTensor.Mapped(file, entry, mapped);
                if (!_tensors.TryAdd(tensor.Seen.Name, tensor))
                    throw new CheckpointException(
                        file.FilePath,
                        $"would be loaded as '{Excerpt.Of(tensor.Seen.Name)}', as '{Excerpt.Of(NameInFile(tensor.Seen.Name))}' is: "
                            + "LoadOptions.MapTensor must give every tensor a name of its own.",
                        entry.Name);
            }
        }
    }

    private LocatedTensor Find(string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _tensors.TryGetValue(name, out LocatedTensor? tensor)
            ? tensor
            : throw new CheckpointException(FilePath, "the checkpoint has no tensor of this name.", name);
    }

    private void ReadTransposed(string name, Span<float> destination)
    {
        SafetensorsEntry entry = GetEntry(name);
        if (entry.ElementCount != destination.Length)
            throw Error(
                name,
                $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} has {entry.ElementCount} elements; {destination.Length} are needed here.");
        byte[] bytes = ReadBytes(name);
        switch (entry.Type)
        {
            case SafetensorsType.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(destination);
                break;
            case SafetensorsType.F16:
                Widening.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), destination);
                break;
            default:
                Widening.FromBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), destination);
                break;
        }
    }

    private static byte[] Transposed(SafetensorsEntry source, byte[] bytes)
    {
        byte[] result = GC.AllocateUninitializedArray<byte>(bytes.Length);
        int rows = (int)source.Shape[0], columns = (int)source.Shape[1];
        if (source.Type == SafetensorsType.F32)
            MatrixTranspose.Transpose(MemoryMarshal.Cast<byte, uint>(bytes), rows, columns, MemoryMarshal.Cast<byte, uint>(result.AsSpan()));
        else
            MatrixTranspose.Transpose(MemoryMarshal.Cast<byte, ushort>(bytes), rows, columns, MemoryMarshal.Cast<byte, ushort>(result.AsSpan()));
        return result;
    }

    private XxHash128? NewDigest() => Identity is null ? null : new XxHash128();

    private void Identify(LocatedTensor tensor, XxHash128? digest)
    {
        if (digest is not null)
            Identity?.Add(tensor.Seen.Name, tensor.Seen.Type, tensor.Seen.Shape, digest);
    }

    private int ArrayLength(string name, long length) => length <= Array.MaxLength
        ? (int)length
        : throw Error(name, $"its length {length} is more than an array holds ({Array.MaxLength}).");
}
