using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Values as Python writes them.</summary>
internal sealed class ValueText
{
    private readonly TextBuilder _text;

    private ValueText(Budget budget) => _text = new TextBuilder(budget);

    /// <summary>Python's <c>str(value)</c>, which is what a template's output is.</summary>
    public static string Of(object value, Budget budget) => value switch
    {
        string text => text,
        UndefinedValue => "",
        _ => Literal(value, budget),
    };

    /// <summary>Python's <c>repr(value)</c>: as it would stand in source code.</summary>
    public static string Literal(object value, Budget budget)
    {
        var writer = new ValueText(budget);
        writer.Write(value);
        return writer._text.ToString();
    }

    private void Write(object value)
    {
        Budget.EnsureStack();
        switch (value)
        {
            case string text:
                WriteQuoted(text);
                break;
            case bool truth:
                _text.Append(truth ? "True" : "False");
                break;
            case BigInteger number:
                _text.Append(IntegerText.Of(number));
                break;
            case double number:
                _text.Append(FloatText.Of(number));
                break;
            case None:
                _text.Append("None");
                break;
            case UndefinedValue:
                _text.Append("Undefined");
                break;
            case ListValue list:
                WriteItems("[", list.Items, "]");
                break;
            case TupleValue tuple:
                WriteItems("(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case DictionaryValue dictionary:
                WriteDictionary(dictionary);
                break;
            case DictionaryViewValue view:
                WriteItems($"dict_{view.Kind}([", view.Items, "])");
                break;
            case RangeValue range:
                _text.Append(string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}{(range.Step.IsOne ? "" : $", {range.Step}")})"));
                break;
            default:
                // Python writes an address in memory here, which no template can mean.
                throw JinjaException.Template($"a {TypeName.Of(value)} is written as text; a list ('| list') or a call is probably meant.");
        }
    }

    private void WriteItems(string start, IReadOnlyList<object> items, string end)
    {
        _text.Append(start);
        for (int i = 0; i < items.Count; i++)
        {
            _text.Append(i > 0 ? ", " : "");
            Write(items[i]);
        }

        _text.Append(end);
    }

    private void WriteDictionary(DictionaryValue dictionary)
    {
        _text.Append('{');
        bool first = true;
        foreach ((object key, object value) in dictionary.Items)
        {
            _text.Append(first ? "" : ", ");
            first = false;
            Write(key);
            _text.Append(": ");
            Write(value);
        }

        _text.Append('}');
    }

    /// <summary>Single quotes, unless the text has such and no double ones; what does not print is escaped.</summary>
    private void WriteQuoted(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        _text.Append(quote);
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            char character = text[i];
            int escape = "\n\r\t\\".IndexOf(character);
            if (escape >= 0)
                _text.Append('\\').Append("nrt\\"[escape]);
            else if (character == quote)
                _text.Append('\\').Append(quote);
            else if (CodePoints.RuneAt(text, i) is { } rune && Characters.IsPrintable(rune))
                _text.Append(text.AsSpan(i, CodePoints.LengthAt(text, i)));
            else
                WriteEscaped(CodePoints.RuneAt(text, i)?.Value ?? character);
        }

        _text.Append(quote);
    }

    private void WriteEscaped(int code) => _text.Append(code switch
    {
        <= 0xFF => $"\\x{code:x2}",
        <= 0xFFFF => $"\\u{code:x4}",
        _ => $"\\U{code:x8}",
    });
}
