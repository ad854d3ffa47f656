using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Texts as Python counts them: in code points, while .NET counts a character beyond the first 65,536 as two.</summary>
internal static class CodePoints
{
    /// <summary>The number of code points.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                count--;
        }

        return count;
    }

    /// <summary>Where half of a surrogate pair stands alone, which is no character; -1 where none does.</summary>
    public static int FirstHalfPair(string text)
    {
        for (int i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (LengthAt(text, i) == 1)
                return i;
            i++;
        }

        return -1;
    }

    /// <summary>The code points, each as a text.</summary>
    public static IEnumerable<string> Split(string text)
    {
        for (int i = 0, length; i < text.Length; i += length)
        {
            length = LengthAt(text, i);
            yield return text.Substring(i, length);
        }
    }

    /// <summary>The first so many code points of a text.</summary>
    public static string Take(string text, int count)
    {
        int end = 0;
        for (; count > 0 && end < text.Length; count--)
            end += LengthAt(text, end);
        return text[..end];
    }

    /// <summary>The number of UTF-16 units of the code point at a place.</summary>
    public static int LengthAt(string text, int index) => index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]) ? 2 : 1;

    /// <summary>The place in UTF-16 units of a place in code points, which is at most the text's length.</summary>
    public static int ToOffset(string text, int index)
    {
        int offset = 0;
        for (; index > 0 && offset < text.Length; index--)
            offset += LengthAt(text, offset);
        return offset;
    }

    /// <summary>The code point at a place; half of a pair that stands alone counts as itself, and has no rune.</summary>
    public static Rune? RuneAt(string text, int index) => Rune.TryGetRuneAt(text, index, out Rune rune) ? rune : null;

    /// <summary>Compares by code points: pairs come after all single units.</summary>
    public static int Compare(string left, string right)
    {
        int shared = left.AsSpan().CommonPrefixLength(right);
        if (shared == left.Length || shared == right.Length)
            return left.Length.CompareTo(right.Length);
        (char a, char b) = (left[shared], right[shared]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
