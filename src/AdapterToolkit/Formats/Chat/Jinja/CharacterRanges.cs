using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Characters that have a property in Unicode's tables which their category does not tell, as ranges in hexadecimal.</summary>
internal sealed class CharacterRanges
{
    private readonly (int First, int Last)[] _ranges;

    private CharacterRanges(string ranges)
        => _ranges = [.. ranges.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(Read)];

    /// <summary>Small letters that are written as modifiers, numbers or symbols (<c>Other_Lowercase</c>).</summary>
    public static CharacterRanges Lowercase { get; } = new("""
        2B0-2B8 2C0-2C1 2E0-2E4 345 37A 1D2C-1D6A 1D78 1D9B-1DBF 2071 207F 2090-209C 2170-217F 24D0-24E9 2C7C-2C7D A69C-A69D A770
        A7F8-A7F9 AB5C-AB5F 10780 10783-10785 10787-107B0 107B2-107BA
        """);

    /// <summary>Capital letters that are written as numbers or symbols (<c>Other_Uppercase</c>).</summary>
    public static CharacterRanges Uppercase { get; } = new("""
        2160-216F 24B6-24CF 1F130-1F149 1F150-1F169 1F170-1F189
        """);

    /// <summary>Chinese characters that are numbers (<c>Unihan_NumericValues</c>).</summary>
    public static CharacterRanges Numeric { get; } = new("""
        3405 3483 382A 3B4D 4E00 4E03 4E07 4E09 4E5D 4E8C 4E94 4E96 4EBF-4EC0 4EDF 4EE8 4F0D 4F70 5104 5146 5169 516B 516D 5341 5343-5345
        534C 53C1-53C4 56DB 58F1 58F9 5E7A 5EFE-5EFF 5F0C-5F0E 5F10 62FE 634C 67D2 6F06 7396 767E 8086 842C 8CAE 8CB3 8D30 9621 9646 964C
        9678 96F6 20001 20064 200E2 20121 2092A 20983 2098C 2099C 20AEA 20AFD 20B19 22390 22998 23B1B 2626D
        """);

    /// <summary>Whether a character is one of them.</summary>
    public bool Contains(Rune rune)
    {
        foreach ((int first, int last) in _ranges)
        {
            if (rune.Value <= last)
                return rune.Value >= first;
        }

        return false;
    }

    private static (int First, int Last) Read(string range)
    {
        string[] bounds = range.Split('-');
        return (ReadCode(bounds[0]), ReadCode(bounds[^1]));
    }

    private static int ReadCode(string code) => int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
