using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Turns JSON into values of templates, as Python's <c>json.loads</c> would: <c>1</c> is whole and <c>1.0</c> is not, and keys keep their order.
/// </summary>
internal static class JsonValues
{
    /// <summary>How deep JSON may nest: as deep as it is read.</summary>
    private const int DeepestNesting = 64;

    /// <summary>Converts an element.</summary>
    /// <exception cref="FormatException">A number is too large, or a text is not valid Unicode.</exception>
    public static object From(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return new DictionaryValue(element.EnumerateObject().Select(member => KeyValuePair.Create((object)ReadName(member), From(member.Value))));
            case JsonValueKind.Array:
                return new ListValue([.. element.EnumerateArray().Select(From)]);
            case JsonValueKind.String:
                return ReadText(() => element.GetString()!);
            case JsonValueKind.Number:
                return ReadNumber(element.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return None.Value;
        }
    }

    /// <summary>Converts a node; null is JSON's null.</summary>
    /// <exception cref="FormatException">As for an element; or the node nests too deep.</exception>
    public static object From(JsonNode? node)
    {
        try
        {
            return From(node, depth: 0);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"The JSON cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A text that comes from the caller.</summary>
    /// <exception cref="FormatException">It is not valid Unicode.</exception>
    public static string From(string text) => CodePoints.FirstHalfPair(text) < 0 ? text : throw HalfPair(null);

    /// <summary>Texts are taken as they are: written as JSON, half of a surrogate pair would be replaced.</summary>
    private static object From(JsonNode? node, int depth)
    {
        if (depth > DeepestNesting)
            throw new FormatException($"The JSON nests more than {DeepestNesting} deep.");
        switch (node)
        {
            case null:
                return None.Value;
            case System.Text.Json.Nodes.JsonObject members:
                return new DictionaryValue(members.Select(member => KeyValuePair.Create((object)From(member.Key), From(member.Value, depth + 1))));
            case JsonArray items:
                return new ListValue([.. items.Select(item => From(item, depth + 1))]);
            case JsonValue value when value.TryGetValue(out string? text):
                return From(text);
            default:
                using (JsonDocument document = JsonDocument.Parse(node.ToJsonString()))
                    return From(document.RootElement);
        }
    }

    private static string ReadName(JsonProperty member) => ReadText(() => member.Name);

    private static string ReadText(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException exception)
        {
            throw HalfPair(exception);
        }
    }

    private static FormatException HalfPair(Exception? cause) => new("A text holds half of a surrogate pair, which is no valid Unicode.", cause);

    private static object ReadNumber(string text)
    {
        if (text.AsSpan().ContainsAny(".eE"))
            return double.Parse(text, CultureInfo.InvariantCulture);
        return text.Length <= Numbers.MostDigits
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : throw new FormatException($"A number has more than {Numbers.MostDigits} digits.");
    }
}
