using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AdapterToolkit.Checkpoints.Jinja;

/// <summary>Turns JSON into values of templates, as Python's <c>json.loads</c> would: <c>1</c> is whole and <c>1.0</c> is not, and keys keep their order.</summary>
internal static class JsonValues
{
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
        if (node is null)
            return None.Value;
        try
        {
            using JsonDocument document = JsonDocument.Parse(node.ToJsonString());
            return From(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The JSON cannot be read: {exception.Message}", exception);
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
            throw new FormatException("A text holds half of a surrogate pair, which is no valid Unicode.", exception);
        }
    }

    private static object ReadNumber(string text)
    {
        if (text.AsSpan().ContainsAny(".eE"))
            return double.Parse(text, CultureInfo.InvariantCulture);
        BigInteger number = text.Length <= Numbers.MostDigits ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : throw new FormatException($"A number has more than {Numbers.MostDigits} digits.");
        return number;
    }
}
