using System.Collections.Frozen;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The methods of Python's texts.</summary>
internal static class StringMethods
{
    private static readonly FrozenDictionary<string, Method<string>> s_methods = new Dictionary<string, Method<string>>
    {
        ["capitalize"] = WithoutArguments("capitalize", Casing.Capitalize),
        ["casefold"] = WithoutArguments("casefold", Casing.Fold),
        ["lower"] = WithoutArguments("lower", Casing.Lower),
        ["swapcase"] = WithoutArguments("swapcase", Casing.Swap),
        ["title"] = WithoutArguments("title", Casing.Title),
        ["upper"] = WithoutArguments("upper", Casing.Upper),
        ["isalnum"] = All("isalnum", rune => Characters.IsAlpha(rune) || Characters.IsNumeric(rune)),
        ["isalpha"] = All("isalpha", Characters.IsAlpha),
        ["isascii"] = WithoutArguments("isascii", text => Ascii.IsValid(text)),
        ["isdecimal"] = All("isdecimal", Characters.IsDecimal),
        ["isdigit"] = All("isdigit", Characters.IsDigit),
        ["isidentifier"] = WithoutArguments("isidentifier", text => text.Length > 0 && !char.IsDigit(text[0]) && NameScanner.Measure(text, 0) == text.Length),
        ["islower"] = WithoutArguments("islower", text => Casing.IsAll(text, Characters.IsLower)),
        ["isnumeric"] = All("isnumeric", Characters.IsNumeric),
        ["isprintable"] = WithoutArguments("isprintable", text => text.EnumerateRunes().All(Characters.IsPrintable)),
        ["isspace"] = WithoutArguments("isspace", text => WhiteSpace.IsAll(text)),
        ["istitle"] = WithoutArguments("istitle", text => Casing.IsTitled(text)),
        ["isupper"] = WithoutArguments("isupper", text => Casing.IsAll(text, Characters.IsUpper)),
        ["strip"] = (_, text, arguments) => Stripping.Strip(text, arguments.Bind("strip", "chars")[0], atStart: true, atEnd: true),
        ["lstrip"] = (_, text, arguments) => Stripping.Strip(text, arguments.Bind("lstrip", "chars")[0], atStart: true, atEnd: false),
        ["rstrip"] = (_, text, arguments) => Stripping.Strip(text, arguments.Bind("rstrip", "chars")[0], atStart: false, atEnd: true),
        ["removeprefix"] = (_, text, arguments) =>
            Needed("removeprefix", arguments) is var part && text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text,
        ["removesuffix"] = (_, text, arguments) =>
            Needed("removesuffix", arguments) is var part && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text,
        ["split"] = (rendering, text, arguments) => Splitting.Split(rendering.Budget, text, arguments.Bind("split", "sep", "maxsplit"), fromEnd: false),
        ["rsplit"] = (rendering, text, arguments) => Splitting.Split(rendering.Budget, text, arguments.Bind("rsplit", "sep", "maxsplit"), fromEnd: true),
        ["splitlines"] = (rendering, text, arguments) =>
            Splitting.Lines(rendering.Budget, text, arguments.Bind("splitlines", "keepends")[0] is { } keep && Truth.Of(keep)),
        ["partition"] = (_, text, arguments) => Splitting.Partition(text, Needed("partition", arguments), fromEnd: false),
        ["rpartition"] = (_, text, arguments) => Splitting.Partition(text, Needed("rpartition", arguments), fromEnd: true),
        ["join"] = Join,
        ["replace"] = Replace,
        ["find"] = (_, text, arguments) => Finding.Find("find", text, arguments, fromEnd: false),
        ["rfind"] = (_, text, arguments) => Finding.Find("rfind", text, arguments, fromEnd: true),
        ["index"] = (_, text, arguments) => Finding.Index("index", text, arguments, fromEnd: false),
        ["rindex"] = (_, text, arguments) => Finding.Index("rindex", text, arguments, fromEnd: true),
        ["count"] = (_, text, arguments) => Finding.Count(text, arguments),
        ["startswith"] = (_, text, arguments) =>
            Finding.Touches("startswith", text, arguments, static (part, affix) => part.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (_, text, arguments) =>
            Finding.Touches("endswith", text, arguments, static (part, affix) => part.EndsWith(affix, StringComparison.Ordinal)),
        ["center"] = (rendering, text, arguments) => Padding.Pad(rendering.Budget, "center", text, arguments),
        ["ljust"] = (rendering, text, arguments) => Padding.Pad(rendering.Budget, "ljust", text, arguments),
        ["rjust"] = (rendering, text, arguments) => Padding.Pad(rendering.Budget, "rjust", text, arguments),
        ["zfill"] = (rendering, text, arguments) =>
            Padding.FillZeros(rendering.Budget, text, arguments.Bind("zfill", "width")[0] ?? throw JinjaException.Values("zfill() needs a width.")),
        ["format"] = (rendering, text, arguments) => new BraceFormat(rendering, arguments).Format(text),
    }.ToFrozenDictionary();

    /// <summary>A method, or null.</summary>
    public static Method<string>? Find(string name) => s_methods.GetValueOrDefault(name);

    /// <summary>Python's <c>replace</c>.</summary>
    public static string Replace(Budget budget, string text, string old, string replacement, int count)
    {
        if (count < 0)
            count = int.MaxValue;
        var result = new TextBuilder(budget);
        int done = 0;
        if (old.Length == 0)
        {
            // Between all characters, and at both ends.
            foreach (string character in CodePoints.Split(text))
            {
                result.Append(count-- > 0 ? replacement : "").Append(character);
                done += character.Length;
            }

            return result.Append(count > 0 ? replacement : "").ToString();
        }

        Budget.ChargeSearch(text, old);
        for (int found; count > 0 && (found = text.IndexOf(old, done, StringComparison.Ordinal)) >= 0; count--)
        {
            result.Append(text.AsSpan(done, found - done)).Append(replacement);
            done = found + old.Length;
        }

        return result.Append(text.AsSpan(done)).ToString();
    }

    /// <summary>An argument that must be a text.</summary>
    public static string ToText(string method, object? value) => value switch
    {
        string text => text,
        UndefinedValue undefined => throw undefined.Error(),
        null => throw JinjaException.Values($"{method}() needs a text."),
        _ => throw JinjaException.Values($"{method}() needs a text, not '{TypeName.Of(value)}'."),
    };

    private static string Needed(string method, Arguments arguments) => ToText(method, arguments.Bind(method, "text")[0]);

    private static string Replace(Rendering rendering, string text, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", "old", "new", "count");
        return Replace(rendering.Budget, text, ToText("replace", bound[0]), ToText("replace", bound[1]), bound[2] is { } count ? Numbers.ToCount(count) : -1);
    }

    private static string Join(Rendering rendering, string text, Arguments arguments)
    {
        var result = new TextBuilder(rendering.Budget);
        bool first = true;
        foreach (object item in Iteration.Items(arguments.Bind("join", "items")[0] ?? throw JinjaException.Values("join() needs items.")))
        {
            result.Append(first ? "" : text).Append(ToText("join", item));
            first = false;
        }

        return result.ToString();
    }

    private static Method<string> WithoutArguments(string name, Func<string, object> method) => (rendering, text, arguments) =>
    {
        arguments.Bind(name);
        rendering.Budget.SpendText(text.Length);
        return method(text);
    };

    private static Method<string> All(string name, Func<Rune, bool> predicate)
        => WithoutArguments(name, text => text.Length > 0 && text.EnumerateRunes().All(predicate));

    private static bool All(this StringRuneEnumerator runes, Func<Rune, bool> predicate)
    {
        foreach (Rune rune in runes)
        {
            if (!predicate(rune))
                return false;
        }

        return true;
    }
}
