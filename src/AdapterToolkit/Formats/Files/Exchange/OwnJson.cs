using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// Reads and writes the JSON files that exchanges keep for themselves. What they say is checked as that of any file: a folder may come from anywhere.
/// </summary>
internal static class OwnJson
{
    private const string FormatKey = "format";

    private const long LongestFile = 64 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">It is not a file of this format, or is damaged.</exception>
    public static T Read<T>(string path, string format, Func<JsonObject, T> convert)
    {
        if (FileStatus.Of(path) is not { Kind: FileKind.File, Length: > 0 and <= LongestFile })
            throw Ownership.ForeignAtReservedName(path);
        byte[] bytes = RegularFile.ReadAllBytes(path, LongestFile);
        if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{format}\"")) < 0)
            throw Ownership.ForeignAtReservedName(path);
        return JsonFile.Parse(path, bytes, json => json.FindText(FormatKey) == format ? convert(json) : throw Ownership.ForeignAtReservedName(path));
    }

    /// <summary>Creates a file.</summary>
    public static void Write(string path, string format, Action<Utf8JsonWriter> writeProperties) =>
        FileOperations.Create(path, stream => JsonFile.Write(stream, json =>
        {
            json.WriteString(FormatKey, format);
            writeProperties(json);
        }));

    /// <summary>Length and hash of a file.</summary>
    public static FileProof ReadProof(JsonObject json) => json.Get("length") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long length)
        ? new FileProof(length, json.GetText("xxh128"))
        : throw json.Error("length", "is no whole number.");

    /// <summary>Writes length and hash of a file.</summary>
    public static void WriteProof(Utf8JsonWriter json, FileProof proof)
    {
        json.WriteNumber("length", proof.Length);
        json.WriteString("xxh128", proof.Hash);
    }

    /// <summary>A path that stays in the folder that it counts from.</summary>
    /// <exception cref="CheckpointException">It leads out of it, or has a name that exchanges reserve.</exception>
    public static string Inside(JsonObject json, string path) =>
        path.Length > 0 && !path.Contains('\0') && !path.Contains('\\') && !Path.IsPathRooted(path)
            && path.Split('/').All(name => name is not ("" or "." or "..") && !name.StartsWith(ReservedNames.Prefix, StringComparison.Ordinal))
            ? path
            : throw json.Error(path, "is no path in this folder.");
}
