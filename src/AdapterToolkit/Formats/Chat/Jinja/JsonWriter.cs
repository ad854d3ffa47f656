using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Values as JSON, as Python's <c>json.dumps</c> writes them.</summary>
internal sealed class JsonWriter(Budget budget)
{
    private readonly TextBuilder _text = new(budget);

    /// <summary>Whether characters beyond ASCII are written as escapes.</summary>
    public bool EscapesNonAscii { get; init; }

    /// <summary>What every level of lines is indented by; null puts all on one line.</summary>
    public string? Indent { get; init; }

    /// <summary>What stands between items, and between key and value; null means the usual.</summary>
    public (string Item, string Key)? Separators { get; init; }

    /// <summary>Whether keys are sorted.</summary>
    public bool SortsKeys { get; init; }

    private string ItemSeparator => Separators?.Item ?? (Indent is null ? ", " : ",");

    private string KeySeparator => Separators?.Key ?? ": ";

    /// <summary>Returns a value's JSON.</summary>
    /// <exception cref="JinjaException">JSON has no such value.</exception>
    public string Write(object value)
    {
        Write(value, 0);
        return _text.ToString();
    }

    private void Write(object value, int level)
    {
        Budget.EnsureStack();
        switch (value)
        {
            case string text:
                WriteText(text);
                break;
            case SequenceValue sequence:
                WriteAll('[', sequence.Items, ']', level, item => Write(item, level + 1));
                break;
            case DictionaryValue dictionary:
                WriteAll('{', Sorted(dictionary), '}', level, pair => WritePair(pair, level + 1));
                break;
            default:
                _text.Append(Scalar(value) ?? throw (value is UndefinedValue undefined
                    ? JinjaException.Values($"what is undefined has no JSON: {undefined.Problem}")
                    : JinjaException.Values($"an object of type '{TypeName.Of(value)}' has no JSON.")));
                break;
        }
    }

    private void WriteAll<T>(char start, IReadOnlyList<T> items, char end, int level, Action<T> write)
    {
        _text.Append(start);
        for (int i = 0; i < items.Count; i++)
        {
            _text.Append(i > 0 ? ItemSeparator : "");
            BreakLine(level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
            BreakLine(level);
        _text.Append(end);
    }

    private void WritePair(KeyValuePair<object, object> pair, int level)
    {
        WriteText(pair.Key as string ?? Scalar(pair.Key) ?? throw JinjaException.Values($"a key of JSON cannot be of type '{TypeName.Of(pair.Key)}'."));
        _text.Append(KeySeparator);
        Write(pair.Value, level);
    }

    private IReadOnlyList<KeyValuePair<object, object>> Sorted(DictionaryValue dictionary) => SortsKeys
        ? [.. StableSort.ByKey(dictionary.Items.Select(pair => pair.Key), key => key, reverse: false, budget)
            .Select(key => KeyValuePair.Create(key, dictionary.Find(key)!))]
        : dictionary.Items;

    private static string? Scalar(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        None => "null",
        BigInteger number => IntegerText.Of(number),
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double number => FloatText.Of(number),
        _ => null,
    };

    private void BreakLine(int level)
    {
        if (Indent is null)
            return;
        _text.Append('\n');
        for (int i = 0; i < level; i++)
            _text.Append(Indent);
    }

    private void WriteText(string text)
    {
        _text.Append('"');
        int done = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (Escape(text[i]) is not { } escape)
                continue;
            _text.Append(text.AsSpan(done, i - done)).Append(escape);
            done = i + 1;
        }

        _text.Append(text.AsSpan(done)).Append('"');
    }

    private string? Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\f' => @"\f",
        '\b' => @"\b",
        < ' ' => $"\\u{(int)character:x4}",
        > '~' when EscapesNonAscii => $"\\u{(int)character:x4}",
        _ => null,
    };
}
