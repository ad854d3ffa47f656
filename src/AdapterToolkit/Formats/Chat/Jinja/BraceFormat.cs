using System.Globalization;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Python's <c>format.format(...)</c>: <c>{}</c>, <c>{0}</c>, <c>{name}</c>, with items (<c>{0[key]}</c>), conversions (<c>!r</c>) and specifications
/// (<c>:>8.2f</c>).
/// </summary>
internal sealed class BraceFormat(Rendering rendering, Arguments arguments)
{
    private int _automatic;

    /// <summary>Formats the arguments.</summary>
    /// <exception cref="JinjaException">The format is malformed, does not fit the arguments, or is not supported.</exception>
    public string Format(string format) => Format(format, nesting: 0);

    private string Format(string format, int nesting)
    {
        var text = new TextBuilder(rendering.Budget);
        for (int i = 0; i < format.Length; i++)
        {
            char character = format[i];
            bool doubled = i + 1 < format.Length && format[i + 1] == character;
            if (character is not ('{' or '}'))
            {
                text.Append(character);
            }
            else if (doubled)
            {
                text.Append(character);
                i++;
            }
            else if (character == '}')
            {
                throw JinjaException.Values("single '}' encountered in format string.");
            }
            else
            {
                int end = FieldEnd(format, i + 1);
                text.Append(Field(format[(i + 1)..end], nesting));
                i = end;
            }
        }

        return text.ToString();
    }

    /// <summary>The bracket that closes a field; its specification can hold fields of its own.</summary>
    private static int FieldEnd(string format, int start)
    {
        int depth = 1;
        for (int i = start; i < format.Length; i++)
        {
            depth += format[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return i;
        }

        throw JinjaException.Values("expected '}' before end of string.");
    }

    private string Field(string field, int nesting)
    {
        if (nesting > 1)
            throw JinjaException.Values("max string recursion exceeded.");
        int nameEnd = field.AsSpan().IndexOfAny(":!") is var found and >= 0 ? found : field.Length;
        object value = Value(field[..nameEnd]);
        string rest = field[nameEnd..];
        if (rest.StartsWith('!'))
        {
            value = rest.Length < 2 ? throw JinjaException.Values("unmatched '{' in format spec.") : rest[1] switch
            {
                's' => rendering.Text(value),
                'r' => ValueText.Literal(value, rendering.Budget),
                _ => throw JinjaException.Values($"unknown conversion specifier '{rest[1]}'."),
            };
            rest = rest[2..];
            if (rest.Length > 0 && rest[0] != ':')
                throw JinjaException.Values("expected ':' after conversion specifier.");
        }

        string specification = rest.Length > 0 ? Format(rest[1..], nesting + 1) : "";
        return specification.Length == 0 ? rendering.Text(value) : FormatSpecification.Parse(specification).Apply(value, rendering);
    }

    private object Value(string name)
    {
        int end = name.AsSpan().IndexOfAny(".[") is var found and >= 0 ? found : name.Length;
        string first = name[..end];
        object value = first.Length == 0 ? At(_automatic++)
            : first.All(char.IsAsciiDigit) ? At(int.TryParse(first, CultureInfo.InvariantCulture, out int place) ? place : int.MaxValue)
            : arguments.Keywords.Where(pair => pair.Key == first).Select(pair => pair.Value).FirstOrDefault()
                ?? throw JinjaException.Values($"the format's key '{Excerpt.Of(first)}' is not given.");
        var lookup = new Lookup(rendering);
        while (end < name.Length)
        {
            int start = end + 1;
            if (name[end] == '[')
            {
                int close = name.IndexOf(']', start) is var closing and >= 0 ? closing : throw JinjaException.Values("missing ']' in format string.");
                string key = name[start..close];
                value = lookup.Item(value, key.Length > 0 && key.All(char.IsAsciiDigit) ? IntegerText.Parse(key, 10)! : key);
                end = close + 1;
            }
            else if (name[end] == '.')
            {
                end = name.AsSpan(start).IndexOfAny(".[") is var next and >= 0 ? start + next : name.Length;
                value = lookup.Attribute(value, name[start..end]);
            }
            else
            {
                throw JinjaException.Values("only '.' or '[' may follow ']' in format field specifier.");
            }
        }

        return value is UndefinedValue undefined ? throw undefined.Error() : value;
    }

    private object At(int place) => place < arguments.Positional.Count
        ? arguments.Positional[place]
        : throw JinjaException.Values($"replacement index {place} out of range for positional args.");
}
