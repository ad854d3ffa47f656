using System.Globalization;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>An object in a JSON file, whose readers report a missing or unfit value with the file's name and the key. A null value counts as missing.</summary>
/// <param name="FilePath">The file.</param>
/// <param name="Prefix">Where the object lies in the file: empty at the root, else a path that ends with a dot.</param>
/// <param name="Element">The object.</param>
/// <param name="TensorName">The tensor that holds the JSON; null where it is a file of its own.</param>
internal readonly record struct JsonObject(string FilePath, string Prefix, JsonElement Element, string? TensorName = null)
{
    /// <summary>An error about the value at <paramref name="key"/>.</summary>
    public CheckpointException Error(string key, string problem) => new(FilePath, $"'{Excerpt.Of(Prefix + key)}' {problem}", TensorName);

    /// <summary>The value at a key, or null where it is missing or null.</summary>
    public JsonElement? Find(string key)
        => Element.TryGetProperty(key, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    /// <summary>Whether a value switches something off: false, zero, null, an empty text, list or object, as in Python.</summary>
    public static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    /// <summary>The value at a key, or null where it is missing or switched off (<see cref="IsOff"/>).</summary>
    public JsonElement? FindOn(string key) => Find(key) is { } value && !IsOff(value) ? value : null;

    /// <summary>The object at a key, or null where it is missing or switched off (<see cref="IsOff"/>).</summary>
    public JsonObject? FindObjectOn(string key) => FindOn(key) is { } value ? AsObject(key, value) : null;

    /// <summary>The value at a key that must be there.</summary>
    public JsonElement Get(string key) => Find(key) ?? throw Error(key, "is missing.");

    /// <summary>The object at a key, or null.</summary>
    public JsonObject? FindObject(string key) => Find(key) is { } value ? AsObject(key, value) : null;

    /// <summary>The object at a key that must be there.</summary>
    public JsonObject GetObject(string key) => AsObject(key, Get(key));

    /// <summary>The text at a key, or null.</summary>
    public string? FindText(string key) => Find(key) is { } value ? AsText(key, value) : null;

    /// <summary>The text at a key that must be there.</summary>
    public string GetText(string key) => AsText(key, Get(key));

    /// <summary>The truth value at a key, or <paramref name="otherwise"/>.</summary>
    public bool FindBool(string key, bool otherwise) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { } value when IsOff(value) => false,
        _ => throw Error(key, "is not true or false."),
    };

    /// <summary>The whole number at a key, or null.</summary>
    public int? FindInt(string key, int least, int most = int.MaxValue)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < least || number > most)
            throw Error(key, $"is {Excerpt.Of(value.GetRawText())}; a whole number from {least} to {most} is needed.");
        return number;
    }

    /// <summary>The whole number at a key that must be there.</summary>
    public int GetInt(string key, int least, int most = int.MaxValue) => FindInt(key, least, most) ?? throw Error(key, "is missing.");

    /// <summary>
    /// The positive number at a key, or null. Numbers that float32 cannot hold (as infinity, or as zero) are an error: the toolkit computes in float32.
    /// </summary>
    public double? FindPositive(string key)
    {
        if (Find(key) is not { } value)
            return null;
        double number = 0;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out number) || !(number >= float.Epsilon && number <= float.MaxValue))
            throw Error(
                key,
                $"is {(number is > 0 and < 1 ? number.ToString("R", CultureInfo.InvariantCulture) : Excerpt.Of(value.GetRawText()))}; "
                    + "a number greater than zero, within float32's range, is needed.");
        return number;
    }

    /// <summary>The elements of the array at a key, or null.</summary>
    public IEnumerable<JsonElement>? FindArray(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        _ => throw Error(key, "is not an array."),
    };

    /// <summary>The texts of the array at a key, or null.</summary>
    public string[]? FindTexts(string key)
    {
        JsonObject self = this;
        return FindArray(key)?.Select(element => self.AsText(key, element)).ToArray();
    }

    /// <summary>The properties of this object.</summary>
    public IEnumerable<KeyValuePair<string, JsonElement>> Properties
        => Element.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value));

    /// <summary>A value of this object that must be an object.</summary>
    public JsonObject AsObject(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.Object ? new JsonObject(FilePath, $"{Prefix}{key}.", value, TensorName) : throw Error(key, "is not an object.");

    /// <summary>A value of this object that must be a text.</summary>
    public string AsText(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Error(key, "is not a text.");
}
