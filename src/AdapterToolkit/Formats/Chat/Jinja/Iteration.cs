namespace AdapterToolkit.Formats.Jinja;

/// <summary>The items of values, and how many there are.</summary>
internal static class Iteration
{
    /// <summary>The items of a value, or null where it has none: of a text its characters, of a dictionary its keys.</summary>
    public static IEnumerable<object>? TryItems(object value) => value switch
    {
        string text => CodePoints.Split(text),
        SequenceValue sequence => sequence.Items,
        DictionaryValue dictionary => dictionary.Items.Select(pair => pair.Key),
        DictionaryViewValue view => view.Items,
        RangeValue range => range.Numbers,
        IteratorValue iterator => iterator.Remaining(),
        UndefinedValue => [],
        _ => null,
    };

    /// <summary>The items of a value that must have some.</summary>
    public static IEnumerable<object> Items(object value) => TryItems(value) ?? throw JinjaException.Values($"'{TypeName.Of(value)}' object is not iterable.");

    /// <summary>The number of items, or null where it is not known without iterating.</summary>
    public static int? TryCount(object value) => value switch
    {
        string text => CountCharacters(text),
        SequenceValue sequence => sequence.Items.Count,
        DictionaryValue dictionary => dictionary.Count,
        DictionaryViewValue view => view.Items.Count,
        RangeValue range => range.Count,
        UndefinedValue => 0,
        _ => null,
    };

    private static int CountCharacters(string text)
    {
        Budget.ChargeText(text.Length);
        return CodePoints.Count(text);
    }

    /// <summary>The number of items of a value that must have a length.</summary>
    public static int Count(object value) => TryCount(value) ?? throw JinjaException.Values($"object of type '{TypeName.Of(value)}' has no len().");
}
