using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// Changes values of a JSON file's root object and leaves all else as it is written: numbers keep their digits, texts their escapes, and
/// keys that nobody here knows their places.
/// </summary>
internal static class JsonText
{
    /// <summary>Sets and removes entries of the root object.</summary>
    /// <param name="json">The file's text: a JSON object.</param>
    /// <param name="changes">For each key its new value as JSON text, or null to remove it. What the object lacks is added at its end.</param>
    public static byte[] With(ReadOnlySpan<byte> json, IReadOnlyDictionary<string, string?> changes)
    {
        json = json[Utf8Text.ByteOrderMarkLength(json)..];
        List<Entry> entries = Entries(json, out int start, out int end);
        string space = entries.Count > 0 ? Encoding.UTF8.GetString(json[entries[0].SpaceStart..entries[0].NameStart]) : "\n  ";
        using MemoryStream text = new();
        text.Write(json[..start]);
        bool isFirst = true;
        HashSet<string> done = [];
        foreach (Entry entry in entries)
        {
            bool isChanged = changes.TryGetValue(entry.Name, out string? value);
            if (isChanged)
                done.Add(entry.Name);
            if (isChanged && value is null)
                continue;
            Separate(text, ref isFirst);
            text.Write(json[entry.SpaceStart..entry.ValueStart]);
            text.Write(isChanged ? Bytes(Indented(value!, space)) : json[entry.ValueStart..entry.ValueEnd]);
            text.Write(json[entry.ValueEnd..entry.CommaStart]);
        }

        foreach ((string name, string? value) in changes)
        {
            if (value is null || done.Contains(name))
                continue;
            Separate(text, ref isFirst);
            text.Write(Bytes($"{space}\"{JsonEncodedText.Encode(name)}\": {Indented(value, space)}"));
        }

        text.Write(entries.Count > 0 ? json[entries[^1].ValueEnd..] : isFirst ? json[end..] : [.. "\n"u8, .. json[end..].TrimStart(" \t\r\n"u8)]);
        return text.ToArray();
    }

    /// <summary>Values that are written over several lines move in as far as the entries of the root do; where these share a line, so do they.</summary>
    private static string Indented(string value, string space)
    {
        int line = space.LastIndexOf('\n');
        return value.Replace("\n", line < 0 ? "" : space[line..], StringComparison.Ordinal);
    }

    private static List<Entry> Entries(ReadOnlySpan<byte> json, out int start, out int end)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        start = end = (int)reader.BytesConsumed;
        List<Entry> entries = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A comma, which the reader has passed over, lies between two entries.
            int nameStart = (int)reader.TokenStartIndex;
            int spaceStart = start;
            if (entries.Count > 0)
            {
                int comma = end + json[end..nameStart].IndexOf((byte)',');
                entries[^1] = entries[^1] with { CommaStart = comma };
                spaceStart = comma + 1;
            }

            string name = reader.GetString()!;
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            end = (int)reader.BytesConsumed;
            entries.Add(new Entry(name, spaceStart, nameStart, valueStart, end, end));
        }

        return entries;
    }

    private static void Separate(MemoryStream text, ref bool isFirst)
    {
        if (!isFirst)
            text.WriteByte((byte)',');
        isFirst = false;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>An entry of the root: the white space before it, its name, its value, and the comma after it; its value's end where there is none.</summary>
    private readonly record struct Entry(string Name, int SpaceStart, int NameStart, int ValueStart, int ValueEnd, int CommaStart);
}
