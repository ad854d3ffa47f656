using System.IO.Hashing;
using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

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

    private readonly SafetensorsFile[] _shards;
    private readonly Dictionary<string, SafetensorsFile> _shardOf;
    private bool _isDisposed;

    private Checkpoint(string folder, string indexPath, SafetensorsFile[] shards, Dictionary<string, SafetensorsFile> shardOf)
    {
        Folder = folder;
        FilePath = indexPath;
        _shards = shards;
        _shardOf = shardOf;
    }

    /// <summary>The checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>The file that lists the tensors: the only one, or the index.</summary>
    public string FilePath { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _shardOf.Keys;

    /// <summary>Opens the checkpoint in a folder. Where both layouts are there, <c>model.safetensors</c> is read, as in Hugging Face's libraries.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">There is no checkpoint, a file of it is malformed or missing, or a shard lacks a tensor of the index.</exception>
    public static Checkpoint Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        string single = Path.Combine(folder, SingleFileName), index = Path.Combine(folder, IndexFileName);
        if (File.Exists(single))
        {
            SafetensorsFile file = SafetensorsFile.Open(single);
            return new Checkpoint(folder, single, [file], file.Entries.ToDictionary(entry => entry.Name, _ => file, StringComparer.Ordinal));
        }

        if (!File.Exists(index))
            throw new CheckpointException(folder, $"the folder has neither '{SingleFileName}' nor '{IndexFileName}'.");
        return OpenShards(folder, index);
    }

    /// <summary>Receives the digest of every tensor that is read; null where nobody asks for it.</summary>
    internal ContentIdentity? Identity { get; set; }

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _shardOf.ContainsKey(name);

    /// <summary>Type and shape of a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">There is no tensor of this name.</exception>
    public SafetensorsEntry GetEntry(string name) => GetFile(name).GetEntry(name);

    /// <summary>The file that holds a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="CheckpointException">There is no tensor of this name.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public SafetensorsFile GetFile(string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _shardOf.TryGetValue(name, out SafetensorsFile? file) ? file : throw new CheckpointException(FilePath, "the checkpoint has no tensor of this name.", name);
    }

    /// <summary>Reads a tensor as single-precision numbers; F32, F16 and BF16 convert exactly.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives all elements, row-major; exactly as many as the tensor has.</param>
    /// <exception cref="CheckpointException">There is no such tensor, it has another number of elements, or another type.</exception>
    public void ReadFloat32(string name, Span<float> destination)
    {
        XxHash128? digest = NewDigest();
        GetFile(name).ReadFloat32(name, destination, digest);
        Identify(name, digest);
    }

    /// <summary>Checks a tensor's shape before anything is allocated for it.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or it has another shape.</exception>
    public void RequireShape(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsFile file = GetFile(name);
        SafetensorsEntry entry = file.GetEntry(name);
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
            throw new CheckpointException(file.FilePath, $"its shape is {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())}; the model needs {SafetensorsEntry.FormatShape(shape)}.", name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        DisposeAll(_shards);
    }

    /// <summary>Reads a small tensor as single-precision numbers.</summary>
    /// <exception cref="CheckpointException">As of <see cref="ReadFloat32(string, Span{float})"/>, or the tensor is too long for an array.</exception>
    internal float[] ReadFloat32(string name)
    {
        float[] values = new float[ArrayLength(name, GetEntry(name).ElementCount)];
        ReadFloat32(name, values);
        return values;
    }

    /// <summary>Reads a tensor's bytes as they are in the file, whatever its type.</summary>
    /// <exception cref="CheckpointException">There is no such tensor, or it is too long for an array.</exception>
    internal byte[] ReadBytes(string name)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(ArrayLength(name, GetEntry(name).ByteLength));
        XxHash128? digest = NewDigest();
        GetFile(name).ReadBytes(name, bytes, digest);
        Identify(name, digest);
        return bytes;
    }

    private XxHash128? NewDigest() => Identity is null ? null : new XxHash128();

    private void Identify(string name, XxHash128? digest)
    {
        if (digest is null)
            return;
        SafetensorsEntry entry = GetEntry(name);
        Identity?.Add(name, entry.Type, entry.Shape, digest);
    }

    private int ArrayLength(string name, long length) => length <= Array.MaxLength
        ? (int)length
        : throw new CheckpointException(GetFile(name).FilePath, $"its length {length} is more than an array holds.", name);

    private static Checkpoint OpenShards(string folder, string index)
    {
        Dictionary<string, string> fileNames = JsonFile.Read(index, ReadWeightMap);
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            var shardOf = new Dictionary<string, SafetensorsFile>(fileNames.Count, StringComparer.Ordinal);
            foreach ((string tensor, string fileName) in fileNames)
            {
                if (!files.TryGetValue(fileName, out SafetensorsFile? file))
                {
                    string path = Path.Combine(folder, fileName);
                    if (!File.Exists(path))
                        throw new CheckpointException(index, $"it is said to lie in '{fileName}', which does not exist.", tensor);
                    file = SafetensorsFile.Open(path);
                    files.Add(fileName, file);
                }

                if (!file.Contains(tensor))
                    throw new CheckpointException(file.FilePath, $"the file has no tensor of this name, though '{IndexFileName}' says so.", tensor);
                shardOf.Add(tensor, file);
            }

            return new Checkpoint(folder, index, [.. files.Values], shardOf);
        }
        catch
        {
            DisposeAll(files.Values);
            throw;
        }
    }

    private static Dictionary<string, string> ReadWeightMap(JsonObject root)
    {
        JsonObject map = root.GetObject("weight_map");
        var fileNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string tensor, JsonElement value) in map.Properties)
        {
            string fileName = map.AsText(tensor, value);
            if (!IsPlainFileName(fileName))
                throw new CheckpointException(root.FilePath, $"the shard's name '{Excerpt.Of(fileName)}' is not that of a file in the same folder.", tensor);
            if (!fileNames.TryAdd(tensor, fileName))
                throw new CheckpointException(root.FilePath, "the name occurs twice.", tensor);
        }

        return fileNames;
    }

    /// <summary>A name that stays in its folder on every operating system.</summary>
    private static bool IsPlainFileName(string name)
        => name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private static void DisposeAll(IEnumerable<SafetensorsFile> files)
    {
        foreach (SafetensorsFile file in files)
            file.Dispose();
    }
}
