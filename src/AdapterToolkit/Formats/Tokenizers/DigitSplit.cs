using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>Separates numbers (Unicode's categories Nd, Nl and No) from other text.</summary>
/// <param name="individually">Whether each digit is a piece of its own, rather than each run of digits.</param>
internal sealed class DigitSplit(bool individually) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next)
    {
        int start = 0;
        bool startIsNumber = false;
        for (int i = 0; i < text.Length;)
        {
            bool isNumber = IsNumber(text[i..], out int length);
            if (i > start && (isNumber != startIsNumber || (isNumber && individually)))
            {
                next(text[start..i], continues && start == 0);
                start = i;
            }

            startIsNumber = isNumber;
            i += length;
        }

        if (start < text.Length)
            next(text[start..], continues && start == 0);
    }

    private static bool IsNumber(ReadOnlySpan<char> text, out int length)
    {
        length = 1;
        char first = text[0];
        if (first < 0x80)
            return char.IsAsciiDigit(first);
        if (!char.IsHighSurrogate(first))
            return char.IsNumber(first);
        _ = Rune.DecodeFromUtf16(text, out Rune rune, out length);
        return Rune.IsNumber(rune);
    }
}
