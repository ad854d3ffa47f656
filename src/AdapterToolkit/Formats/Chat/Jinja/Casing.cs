using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Capital and small letters as Python changes them: by Unicode's full mappings, where one letter may become several.</summary>
internal static class Casing
{
    /// <summary>All in capitals.</summary>
    public static string Upper(string text) => Map(text, static (rune, _) => SpecialCasing.Upper(rune) ?? Simple(Rune.ToUpperInvariant(rune)));

    /// <summary>All in small letters.</summary>
    public static string Lower(string text) => Map(text, (rune, index) => LowerAt(text, rune, index));

    /// <summary>For comparisons without case.</summary>
    public static string Fold(string text) => Ascii.IsValid(text)
        ? text.ToLowerInvariant()
        : throw JinjaException.Template("the method 'casefold' is supported for ASCII texts only; use 'lower'.");

    /// <summary>The first letter a capital, the others small.</summary>
    public static string Capitalize(string text)
        => Map(text, (rune, index) => index == 0 ? TitleOf(rune) : LowerAt(text, rune, index));

    /// <summary>The first letter of every word a capital, the others small; all but letters divides words.</summary>
    public static string Title(string text)
    {
        bool inWord = false;
        return Map(text, (rune, index) =>
        {
            string mapped = inWord ? LowerAt(text, rune, index) : TitleOf(rune);
            inWord = Characters.IsCased(rune);
            return mapped;
        });
    }

    /// <summary>Capital letters small and small ones capital.</summary>
    public static string Swap(string text)
        => Map(text, (rune, index) => Characters.IsUpper(rune) ? LowerAt(text, rune, index) : Characters.IsLower(rune) ? Upper(rune.ToString()) : Simple(rune));

    /// <summary>Whether all letters that have a case have the given one, and there is one.</summary>
    public static bool IsAll(string text, Func<Rune, bool> isCase)
    {
        bool any = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!Characters.IsCased(rune))
                continue;
            if (!isCase(rune))
                return false;
            any = true;
        }

        return any;
    }

    /// <summary>Whether capitals begin words only, and all words begin with one.</summary>
    public static bool IsTitled(string text)
    {
        bool any = false, inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool capital = Characters.IsUpper(rune) || Characters.IsTitle(rune);
            if (capital ? inWord : Characters.IsLower(rune) && !inWord)
                return false;
            inWord = Characters.IsCased(rune);
            any |= inWord;
        }

        return any;
    }

    private static string TitleOf(Rune rune) => SpecialCasing.Title(rune) ?? Simple(Rune.ToUpperInvariant(rune));

    private static string LowerAt(string text, Rune rune, int index) => rune.Value switch
    {
        0x3A3 => EndsWord(text, index) ? "\u03C2" : "\u03C3",
        0x130 => "i\u0307",
        _ => Simple(Rune.ToLowerInvariant(rune)),
    };

    /// <summary>Whether a Greek sigma ends a word: a letter before it, past marks, and none after.</summary>
    private static bool EndsWord(string text, int index)
    {
        int before = index - 1, after = index + 1;
        while (before >= 0 && IsIgnored(text[before]))
            before--;
        while (after < text.Length && IsIgnored(text[after]))
            after++;
        return before >= 0 && IsLetter(text, before) && !(after < text.Length && IsLetter(text, after));
    }

    private static bool IsIgnored(char character) => character is '\'' or '.' or ':' or '^' or '`' or '\u00B7' or '\u2019'
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static bool IsLetter(string text, int index)
    {
        int start = index > 0 && char.IsLowSurrogate(text[index]) ? index - 1 : index;
        return CodePoints.RuneAt(text, start) is { } rune && Characters.IsCased(rune);
    }

    private static string Simple(Rune rune) => rune.ToString();

    private static string Map(string text, Func<Rune, int, string> map)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            if (CodePoints.RuneAt(text, i) is { } rune)
                result.Append(map(rune, i));
            else
                result.Append(text[i]);
        }

        return result.ToString();
    }
}
