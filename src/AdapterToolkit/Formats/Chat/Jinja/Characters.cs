using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>What Python says about single characters.</summary>
internal static class Characters
{
    /// <summary>Whether a character is written as itself in a quoted text.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Whether a character is a letter.</summary>
    public static bool IsAlpha(Rune rune) => Rune.IsLetter(rune);

    /// <summary>Whether a character is a digit of a number in any script.</summary>
    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>Whether a character stands for a digit, raised ones too.</summary>
    public static bool IsDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    /// <summary>Whether a character stands for a number, such as a fraction or a Roman one.</summary>
    public static bool IsNumeric(Rune rune) => CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) != -1 || CharacterRanges.Numeric.Contains(rune);

    /// <summary>Whether a character is a small letter.</summary>
    public static bool IsLower(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter
        || rune.Value is 0xAA or 0xBA || CharacterRanges.Lowercase.Contains(rune);

    /// <summary>Whether a character is a capital letter.</summary>
    public static bool IsUpper(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter || CharacterRanges.Uppercase.Contains(rune);

    /// <summary>Whether a character is a capital letter that is written with a small one as one character.</summary>
    public static bool IsTitle(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Whether a character has a case.</summary>
    public static bool IsCased(Rune rune) => IsLower(rune) || IsUpper(rune) || IsTitle(rune);
}
