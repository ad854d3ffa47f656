namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters for values of any type.</summary>
internal static class ValueFilters
{
    public static Dictionary<string, Filter> All { get; } = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["attr"] = (rendering, value, arguments) => new Lookup(rendering).AttributeOnly(value, rendering.Text(arguments.Bind("attr", "name")[0] ?? "")),
    };

    private static object Default(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("default", "default_value", "boolean");
        bool replaces = value is UndefinedValue || (bound[1] is { } boolean && Truth.Of(boolean) && !Truth.Of(value));
        return replaces ? bound[0] ?? "" : value;
    }

    /// <summary>As transformers defines it: Python's own JSON, without HTML's escapes.</summary>
    private static string ToJson(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        return new JsonWriter(rendering.Budget)
        {
            EscapesNonAscii = bound[0] is { } ascii && Truth.Of(ascii),
            Indent = bound[1] switch
            {
                null or None => null,
                string text => text,
                { } width => Padding.Fill(rendering.Budget, "", " ", Math.Max(0, Numbers.ToCount(width)), 0),
            },
            Separators = bound[2] switch
            {
                null or None => null,
                SequenceValue { Items: [string item, string key] } => (item, key),
                _ => throw JinjaException.Values("tojson() needs two texts as separators."),
            },
            SortsKeys = bound[3] is { } sorts && Truth.Of(sorts),
        }.Write(value);
    }
}
