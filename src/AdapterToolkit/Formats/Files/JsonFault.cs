using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>What is wrong with a JSON text: where it is none, a key stands twice in one object, or a text is not valid Unicode.</summary>
/// <param name="Problem">What is wrong, as what is said of the text: "has the key 'a' twice".</param>
/// <param name="Position">The byte at which that is found.</param>
/// <param name="Path">The keys that lead there, with dots between them; empty at the root, and where the problem names them.</param>
/// <param name="Cause">What the reader threw, if it did.</param>
/// <param name="Remedy">What to do, where that is not obvious.</param>
internal sealed record JsonFault(string Problem, int Position, string Path, Exception? Cause = null, string Remedy = "")
{
    /// <summary>What Python's json module writes for numbers that are not finite.</summary>
    private static readonly string[] s_pythonNumbers = ["NaN", "Infinity", "-Infinity"];

    /// <summary>What is said of the text: "has the key 'a' twice (line 2). Remove one of the two."</summary>
    /// <param name="place">Where the fault is.</param>
    public string Message(string place) => $"{Problem} ({place}).{(Remedy.Length > 0 ? " " : "")}{Remedy}";

    /// <summary>What is said of a text of several lines.</summary>
    /// <param name="json">The text.</param>
    public string MessageWithLine(ReadOnlySpan<byte> json) =>
        Message($"line {Utf8Text.LineOf(json, Position)}{(Path.Length > 0 ? $", at '{Path}'" : "")}");

    /// <summary>Finds the first fault of a text.</summary>
    /// <param name="json">The text, valid UTF-8.</param>
    /// <returns>The fault, or null where the text has none.</returns>
    public static JsonFault? Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var open = new Stack<Container>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(new Container());
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        open.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        string key = reader.GetString()!;
                        Container inside = open.Peek();
                        inside.Key = key;
                        if (!inside.Keys.Add(key))
                            return new JsonFault($"has the key '{PathOf(open)}' twice", (int)reader.TokenStartIndex, Path: "",
                                Remedy: "Remove one of the two.");
                        break;
                    case JsonTokenType.String when reader.ValueIsEscaped:
                        reader.GetString();
                        break;
                }
            }

            return null;
        }
        catch (InvalidOperationException exception)
        {
            const string problem = "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character";
            return new JsonFault(problem, (int)reader.TokenStartIndex, PathOf(open), exception);
        }
        catch (JsonException exception)
        {
            int position = (int)reader.BytesConsumed;
            return PythonNumberAt(json, ref position) is { } number
                ? new JsonFault($"is not valid JSON: it has {number}, as Python writes numbers that are not finite", position, PathOf(open), exception,
                    "Put a finite one there.")
                : new JsonFault($"is not valid JSON: {WithoutPosition(exception.Message)}", PositionOf(exception, json), PathOf(open), exception);
        }
    }

    private static string? PythonNumberAt(ReadOnlySpan<byte> json, ref int position)
    {
        ReadOnlySpan<byte> rest = json[position..].TrimStart(" \t\r\n,:"u8);
        foreach (string number in s_pythonNumbers)
        {
            if (!rest.StartsWith(System.Text.Encoding.ASCII.GetBytes(number)))
                continue;
            position = json.Length - rest.Length;
            return number;
        }

        return null;
    }

    /// <summary>The reader's own message ends with a line and a byte.</summary>
    private static string WithoutPosition(string message) => message.Split(" LineNumber:")[0].TrimEnd('.', ' ');

    private static int PositionOf(JsonException exception, ReadOnlySpan<byte> json)
    {
        int line = 0;
        for (long lines = exception.LineNumber ?? 0; lines > 0; lines--)
            line += json[line..].IndexOf((byte)'\n') + 1;
        return Math.Min(json.Length, line + (int)(exception.BytePositionInLine ?? 0));
    }

    private static string PathOf(Stack<Container> open) =>
        Excerpt.Of(string.Join('.', open.Where(container => container.Key is not null).Select(container => container.Key).Reverse()));

    /// <summary>An object or array that has begun.</summary>
    private sealed class Container
    {
        /// <summary>The keys so far; empty in an array.</summary>
        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

        /// <summary>The last key.</summary>
        public string? Key { get; set; }
    }
}
