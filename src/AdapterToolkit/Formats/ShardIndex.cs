using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>The list of a divided checkpoint's tensors: <c>model.safetensors.index.json</c>.</summary>
/// <param name="FilePath">The file.</param>
/// <param name="FileOf">The file that each tensor is said to lie in.</param>
/// <param name="TotalSize">The bytes that all tensors are said to take; null where nothing is said.</param>
internal sealed record ShardIndex(string FilePath, IReadOnlyDictionary<string, string> FileOf, long? TotalSize)
{
    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is malformed, or names a file outside its folder.</exception>
    internal static ShardIndex Read(string path) => JsonFile.Read(path, root => new ShardIndex(path, ReadWeightMap(root), ReadTotalSize(root)));

    /// <summary>Opens all files, and checks that they hold what the index says, and nothing else.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="CheckpointException">A file is missing or malformed, lacks a tensor, or holds one that the index does not say it holds.</exception>
    internal List<SafetensorsFile> OpenFiles(string folder)
    {
        Dictionary<string, SafetensorsFile> files = new(StringComparer.Ordinal);
        try
        {
            foreach ((string tensor, string fileName) in FileOf)
            {
                if (!files.TryGetValue(fileName, out SafetensorsFile? file))
                {
                    string path = Path.Combine(folder, fileName);
                    if (!File.Exists(path))
                        throw new CheckpointException(FilePath, $"it is said to lie in '{fileName}', which does not exist.", tensor);
                    file = SafetensorsFile.Open(path);
                    files.Add(fileName, file);
                }

                if (!file.Contains(tensor))
                    throw new CheckpointException(file.FilePath, $"the file has no tensor of this name, though '{Checkpoint.IndexFileName}' says so.", tensor);
            }

            foreach ((string fileName, SafetensorsFile file) in files)
                CheckListed(fileName, file);
            return [.. files.Values];
        }
        catch
        {
            foreach (SafetensorsFile file in files.Values)
                file.Dispose();
            throw;
        }
    }

    private void CheckListed(string fileName, SafetensorsFile file)
    {
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!FileOf.TryGetValue(entry.Name, out string? listed))
                throw new CheckpointException(file.FilePath,
                    $"the file has the tensor, but '{Checkpoint.IndexFileName}' does not list it. Do index and files come from one checkpoint?", entry.Name);
            if (listed != fileName)
                throw new CheckpointException(file.FilePath,
                    $"the file has the tensor, but '{Checkpoint.IndexFileName}' says that it lies in '{Excerpt.Of(listed)}'. Do "
                    + "index and files come from one checkpoint?", entry.Name);
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
            fileNames.Add(tensor, fileName);
        }

        return fileNames;
    }

    /// <summary>What is no number of bytes is left to those who use it: some programs write it as a fraction.</summary>
    private static long? ReadTotalSize(JsonObject root)
        => root.Find("metadata") is { ValueKind: JsonValueKind.Object } metadata
            && metadata.TryGetProperty("total_size", out JsonElement size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long bytes)
            ? bytes
            : null;

    /// <summary>A name that stays in its folder on every operating system.</summary>
    private static bool IsPlainFileName(string name)
        => name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;
}
