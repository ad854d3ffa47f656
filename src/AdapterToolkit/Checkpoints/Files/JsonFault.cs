using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

/// <summary>Says what is wrong with a JSON text that could not be read, and where: reading it once more is needed for that only when it fails.</summary>
internal static class JsonFault
{
    /// <summary>What Python's json module writes for numbers that are not finite.</summary>
    private static readonly string[] s_pythonNumbers = ["NaN", "Infinity", "-Infinity"];

    /// <summary>Describes the first fault of a text.</summary>
    /// <param name="what">What the text is, such as "the file".</param>
    /// <param name="json">The text, valid UTF-8.</param>
    /// <param name="options">How deep it may be nested.</param>
    /// <returns>The problem, or null where the text has none.</returns>
    public static string? Find(string what, ReadOnlySpan<byte> json, JsonReaderOptions options = default)
    {
        var reader = new Utf8JsonReader(json, options);
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
                            return $"the key '{PathOf(open)}' occurs twice in {what} (the second time in line {Utf8Text.LineOf(json, reader.TokenStartIndex)}). Remove one of the two.";
                        break;
                    case JsonTokenType.String:
                        reader.GetString();
                        break;
                }
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{what} is not valid JSON: it has half of a surrogate pair, such as \\ud83d alone, in line {Utf8Text.LineOf(json, reader.TokenStartIndex)}{After(open)}: that is no character.";
        }
        catch (JsonException exception)
        {
            return PythonNumberAt(json[(int)reader.BytesConsumed..]) is { } number
                ? $"{what} is not valid JSON: it has {number} in line {exception.LineNumber + 1}{After(open)}, as Python writes numbers that are not finite. JSON has no such number; put a finite one there."
                : $"{what} is not valid JSON{After(open)}: {exception.Message}";
        }
    }

    private static string? PythonNumberAt(ReadOnlySpan<byte> json)
    {
        json = json.TrimStart(" \t\r\n,:"u8);
        foreach (string number in s_pythonNumbers)
        {
            if (json.StartsWith(System.Text.Encoding.ASCII.GetBytes(number)))
                return number;
        }

        return null;
    }

    private static string After(Stack<Container> open) => PathOf(open) is { Length: > 0 } path ? $", at '{path}'" : "";

    private static string PathOf(Stack<Container> open) => Excerpt.Of(string.Join('.', open.Where(container => container.Key is not null).Select(container => container.Key).Reverse()));

    /// <summary>An object or array that has begun.</summary>
    private sealed class Container
    {
        /// <summary>The keys so far; empty in an array.</summary>
        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

        /// <summary>The last key.</summary>
        public string? Key { get; set; }
    }
}
