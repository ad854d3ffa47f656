using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>A file that a manifest lists.</summary>
/// <param name="Part">What it is a part of: all files of one part were written together.</param>
/// <param name="Proof">Its length and hash.</param>
internal readonly record struct ManifestFile(string Part, FileProof Proof);

/// <summary>What the manifest of a folder says: which files and folders in it this program wrote.</summary>
/// <param name="FolderCreated">Whether the folder itself was created with them.</param>
/// <param name="Folders">The folders in it that were created, by their paths with slashes.</param>
/// <param name="Files">The files, by their paths with slashes.</param>
internal sealed record ManifestContent(bool FolderCreated, SortedSet<string> Folders, SortedDictionary<string, ManifestFile> Files)
{
    private const string Format = "adapter-toolkit manifest 1";

    /// <summary>Says that nothing was written.</summary>
    public static ManifestContent Nothing =>
        new(false, new SortedSet<string>(StringComparer.Ordinal), new SortedDictionary<string, ManifestFile>(StringComparer.Ordinal));

    /// <summary>Reads the manifest of a folder; null where it has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">What stands there is no manifest.</exception>
    public static ManifestContent? Read(string folder)
    {
        string path = Path.Combine(folder, FolderManifest.FileName);
        if (FileStatus.Of(path).Kind == FileKind.Missing)
            return null;
        return OwnJson.Read(path, Format, json =>
        {
            ManifestContent content = Nothing with { FolderCreated = json.FindBool("folderCreated", false) };
            foreach (string name in json.FindTexts("folders") ?? [])
                content.Folders.Add(OwnJson.Inside(json, name));
            foreach ((string name, JsonElement value) in json.GetObject("files").Properties)
            {
                JsonObject file = json.AsObject(name, value);
                if (!content.Files.TryAdd(OwnJson.Inside(json, name), new ManifestFile(file.GetText("part"), OwnJson.ReadProof(file))))
                    throw json.Error(name, "is listed twice.");
            }

            return content;
        });
    }

    /// <summary>Writes a manifest.</summary>
    /// <param name="path">The file to create.</param>
    public void Write(string path) => OwnJson.Write(path, Format, json =>
    {
        json.WriteBoolean("folderCreated", FolderCreated);
        json.WriteStartArray("folders");
        foreach (string folder in Folders)
            json.WriteStringValue(folder);
        json.WriteEndArray();
        json.WriteStartObject("files");
        foreach ((string name, ManifestFile file) in Files)
        {
            json.WriteStartObject(name);
            json.WriteString("part", file.Part);
            OwnJson.WriteProof(json, file.Proof);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>The files of a part.</summary>
    public IEnumerable<KeyValuePair<string, FileProof>> FilesOf(string part) =>
        Files.Where(file => file.Value.Part == part).Select(file => KeyValuePair.Create(file.Key, file.Value.Proof));
}
