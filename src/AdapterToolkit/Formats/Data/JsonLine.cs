using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>An object on a line of a file: valid JSON in every part, each key once, each text valid Unicode.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, counted from one.</param>
/// <param name="Root">The object.</param>
internal sealed record JsonLine(string Path, long Number, JsonElement Root)
{
    private const string WholeObjects = "Each line must be one JSON object: {\"text\": ...} or {\"messages\": [...]}.";

    /// <summary>The file and the line.</summary>
    public string Place => $"{Path}, line {Number}";

    /// <summary>Parses a line.</summary>
    /// <exception cref="DataFileException">The line is malformed; the message names it, and the character where that is known.</exception>
    public static JsonLine Parse(ReadOnlyMemory<byte> line, string path, long number)
    {
        if (JsonFault.Find(line.Span) is { } fault)
        {
            int column = Encoding.UTF8.GetCharCount(line.Span[..fault.Position]) + 1;
            string remedy = IsPartOfSeveralLines(line.Span) ? " " + WholeObjects : "";
            throw new DataFileException(path, fault.Message($"character {column}") + remedy, number, fault.Cause) { Column = column };
        }

        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new JsonLine(path, number, document.RootElement.Clone())
            : throw new DataFileException(path, "is no JSON object. " + WholeObjects, number);
    }

    /// <summary>Whether a line that is malformed begins a list, or an object that goes on in the next line.</summary>
    private static bool IsPartOfSeveralLines(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.Trim(" \t"u8);
        return text.StartsWith("["u8) || text.SequenceEqual("{"u8);
    }

    /// <summary>The value of a key; null where there is none, or it is <c>null</c>.</summary>
    public JsonElement? Find(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An error about the line.</summary>
    public DataFileException Error(string problem) => new(Path, problem, Number);
}
