using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

/// <summary>An object on a line of a file: valid JSON in every part, each key once, each text valid Unicode.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, counted from one.</param>
/// <param name="Root">The object.</param>
internal sealed record JsonLine(string Path, long Number, JsonElement Root)
{
    /// <summary>The file and the line.</summary>
    public string Place => $"{Path}, line {Number}";

    /// <summary>Parses a line.</summary>
    /// <exception cref="DataFileException">The line is malformed; the message names it, and the character where that is known.</exception>
    public static JsonLine Parse(ReadOnlyMemory<byte> line, string path, long number)
    {
        try
        {
            Check(line.Span, path, number);
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonLine(path, number, document.RootElement.Clone())
                : throw new DataFileException(path, "is no JSON object. Write {\"text\": ...} or {\"messages\": [...]}.", number);
        }
        catch (JsonException exception)
        {
            throw Malformed(line.Span, (int)(exception.BytePositionInLine ?? 0), path, number, $"is not valid JSON: {WithoutPosition(exception.Message)}", exception);
        }
    }

    /// <summary>The value of a key; null where there is none, or it is <c>null</c>.</summary>
    public JsonElement? Find(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An error about the line.</summary>
    public DataFileException Error(string problem, Exception? innerException = null) => new(Path, problem, Number, innerException);

    /// <summary>Looks at every key and text, nested ones too: half a surrogate pair, or a key that stands twice in one object, is found here.</summary>
    private static void Check(ReadOnlySpan<byte> line, string path, long number)
    {
        Utf8JsonReader reader = new(line);
        Stack<HashSet<string>> objects = [];
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                objects.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (reader.TokenType == JsonTokenType.EndObject)
                objects.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && TextOf(ref reader, line, path, number) is var key && !objects.Peek().Add(key))
                throw Malformed(line, (int)reader.TokenStartIndex, path, number, $"has the key '{Excerpt.Of(key)}' twice");
            else if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
                TextOf(ref reader, line, path, number);
        }
    }

    private static string TextOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, string path, long number)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw Malformed(line, (int)reader.TokenStartIndex, path, number, "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character", exception);
        }
    }

    private static DataFileException Malformed(ReadOnlySpan<byte> line, int position, string path, long number, string problem, Exception? innerException = null)
    {
        int column = Encoding.UTF8.GetCharCount(line[..Math.Clamp(position, 0, line.Length)]) + 1;
        return new DataFileException(path, $"{problem} (character {column}).", number, innerException) { Column = column };
    }

    /// <summary>The reader's own message ends with a line, which is always the first one, and a byte.</summary>
    private static string WithoutPosition(string message) => message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
}
