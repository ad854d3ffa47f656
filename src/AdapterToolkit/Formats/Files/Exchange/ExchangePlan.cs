using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>A file that is to be put in its place.</summary>
/// <param name="Old">What it replaces; null where there was nothing.</param>
/// <param name="Elsewhere">Where the place is a link: the name under which the new file waits in the folder of the link's target. Otherwise null.</param>
internal readonly record struct PlannedFile(FileProof? Old, string? Elsewhere);

/// <summary>What an exchange in a folder has still to do once it counts, in a form that can be begun again after any death.</summary>
/// <param name="Files">The files to put in place, by their paths with slashes.</param>
/// <param name="Removed">The files that go, each with what proves it.</param>
/// <param name="Folders">The folders to create, each before those that it holds.</param>
/// <param name="EmptiedFolders">The folders to delete where they are empty, each after those that it holds.</param>
/// <param name="RemovesManifest">Whether no file of this program's is left, so that the manifest goes.</param>
internal sealed record ExchangePlan(
    SortedDictionary<string, PlannedFile> Files,
    SortedDictionary<string, FileProof> Removed,
    List<string> Folders,
    List<string> EmptiedFolders,
    bool RemovesManifest)
{
    private const string Format = "adapter-toolkit plan 1";

    /// <summary>A plan to do nothing.</summary>
    public static ExchangePlan Nothing =>
        new(new SortedDictionary<string, PlannedFile>(StringComparer.Ordinal), new SortedDictionary<string, FileProof>(StringComparer.Ordinal), [], [], false);

    /// <summary>Reads a plan.</summary>
    public static ExchangePlan Read(string path) => OwnJson.Read(path, Format, json =>
    {
        ExchangePlan plan = Nothing with { RemovesManifest = json.FindBool("removesManifest", false) };
        foreach ((string name, JsonElement value) in json.GetObject("files").Properties)
        {
            JsonObject file = json.AsObject(name, value);
            string? elsewhere = file.FindText("elsewhere");
            if (elsewhere is not null && !ReservedNames.IsElsewhere(elsewhere))
                throw file.Error("elsewhere", "is no name of this program's.");
            plan.Files[OwnJson.Inside(json, name)] = new PlannedFile(file.FindObject("old") is { } old ? OwnJson.ReadProof(old) : null, elsewhere);
        }

        foreach ((string name, JsonElement value) in json.GetObject("removed").Properties)
            plan.Removed[OwnJson.Inside(json, name)] = OwnJson.ReadProof(json.AsObject(name, value));
        plan.Folders.AddRange((json.FindTexts("folders") ?? []).Select(name => OwnJson.Inside(json, name)));
        plan.EmptiedFolders.AddRange((json.FindTexts("emptiedFolders") ?? []).Select(name => OwnJson.Inside(json, name)));
        return plan;
    });

    /// <summary>Writes the plan.</summary>
    public void Write(string path) => OwnJson.Write(path, Format, json =>
    {
        json.WriteStartObject("files");
        foreach ((string name, PlannedFile file) in Files)
        {
            json.WriteStartObject(name);
            if (file.Old is { } old)
            {
                json.WriteStartObject("old");
                OwnJson.WriteProof(json, old);
                json.WriteEndObject();
            }

            if (file.Elsewhere is { } elsewhere)
                json.WriteString("elsewhere", elsewhere);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("removed");
        foreach ((string name, FileProof proof) in Removed)
        {
            json.WriteStartObject(name);
            OwnJson.WriteProof(json, proof);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteNames(json, "folders", Folders);
        WriteNames(json, "emptiedFolders", EmptiedFolders);
        json.WriteBoolean("removesManifest", RemovesManifest);
    });

    private static void WriteNames(Utf8JsonWriter json, string key, List<string> names)
    {
        json.WriteStartArray(key);
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
