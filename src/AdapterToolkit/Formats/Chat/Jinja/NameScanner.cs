using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Finds names: letters, digits and underscores, in any script.</summary>
internal static class NameScanner
{
    /// <summary>The length of the name at a place; zero where there is none.</summary>
    public static int Measure(string source, int start)
    {
        int end = start;
        while (end < source.Length && Rune.TryGetRuneAt(source, end, out Rune rune) && IsPart(rune))
            end += rune.Utf16SequenceLength;
        return end - start;
    }

    private static bool IsPart(Rune rune) => rune.Value == '_' || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber;
}
