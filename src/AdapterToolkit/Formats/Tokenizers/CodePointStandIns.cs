using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// Lets .NET's regular expressions see code points. They match UTF-16 units, for which no half of a pair is a letter or a number, while tokenizers' patterns
/// mean whole code points: so each pair is replaced by one character of the same category before the search. Patterns name characters
/// beyond U+FFFF by category only, never one by one.
/// </summary>
internal static class CodePointStandIns
{
    /// <summary>
    /// Writes one character for each code point, and where each begins; returns their number. <paramref name="starts"/> gets the text's end too.
    /// </summary>
    public static int Replace(ReadOnlySpan<char> text, Span<char> standIns, Span<int> starts)
    {
        int count = 0;
        for (int i = 0; i < text.Length;)
        {
            starts[count] = i;
            if (char.IsSurrogate(text[i]))
            {
                // Half a pair becomes U+FFFD, as it does when the text is encoded.
                _ = Rune.DecodeFromUtf16(text[i..], out Rune rune, out int length);
                standIns[count++] = rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune));
                i += length;
            }
            else
            {
                standIns[count++] = text[i++];
            }
        }

        starts[count] = text.Length;
        return count;
    }

    /// <summary>A rare character of each category that assigned code points beyond U+FFFF have, none of which a tokenizer's pattern names.</summary>
    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u10A0',
        UnicodeCategory.LowercaseLetter => '\u1D00',
        UnicodeCategory.TitlecaseLetter => '\u1F88',
        UnicodeCategory.ModifierLetter => '\u1D2C',
        UnicodeCategory.OtherLetter => '\u1200',
        UnicodeCategory.NonSpacingMark => '\u1DC0',
        UnicodeCategory.SpacingCombiningMark => '\u1B04',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '\u1040',
        UnicodeCategory.LetterNumber => '\u16EE',
        UnicodeCategory.OtherNumber => '\u1369',
        UnicodeCategory.ConnectorPunctuation => '\u2040',
        UnicodeCategory.DashPunctuation => '\u1806',
        UnicodeCategory.OpenPunctuation => '\u169B',
        UnicodeCategory.ClosePunctuation => '\u169C',
        UnicodeCategory.InitialQuotePunctuation => '\u2E02',
        UnicodeCategory.FinalQuotePunctuation => '\u2E03',
        UnicodeCategory.OtherPunctuation => '\u1360',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\u17DB',
        UnicodeCategory.ModifierSymbol => '\u1FBD',
        UnicodeCategory.OtherSymbol => '\u2800',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378', // not assigned
    };
}
