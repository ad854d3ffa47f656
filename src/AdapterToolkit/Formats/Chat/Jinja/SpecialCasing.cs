using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Letters whose capital, or whose form at the start of a word, is several characters or not the usual one: Unicode's <c>SpecialCasing.txt</c> and titlecase
/// letters.
/// </summary>
internal static class SpecialCasing
{
    /// <summary>For each letter, in hexadecimal, its capital and, where that differs, its form at the start of a word.</summary>
    private const string Table = """
        DF=53.53/53.73 131=49 149=2BC.4E 1C4=1C4/1C5 1C5=1C4/1C5 1C6=1C4/1C5 1C7=1C7/1C8 1C8=1C7/1C8 1C9=1C7/1C8 1CA=1CA/1CB 1CB=1CA/1CB 1CC=1CA/1CB
        1F0=4A.30C 1F1=1F1/1F2 1F2=1F1/1F2 1F3=1F1/1F2 390=399.308.301 3B0=3A5.308.301 587=535.552/535.582 1E96=48.331 1E97=54.308 1E98=57.30A
        1E99=59.30A 1E9A=41.2BE 1F50=3A5.313 1F52=3A5.313.300 1F54=3A5.313.301 1F56=3A5.313.342 1F80=1F08.399/1F88 1F81=1F09.399/1F89
        1F82=1F0A.399/1F8A 1F83=1F0B.399/1F8B 1F84=1F0C.399/1F8C 1F85=1F0D.399/1F8D 1F86=1F0E.399/1F8E 1F87=1F0F.399/1F8F 1F88=1F08.399/1F88
        1F89=1F09.399/1F89 1F8A=1F0A.399/1F8A 1F8B=1F0B.399/1F8B 1F8C=1F0C.399/1F8C 1F8D=1F0D.399/1F8D 1F8E=1F0E.399/1F8E 1F8F=1F0F.399/1F8F
        1F90=1F28.399/1F98 1F91=1F29.399/1F99 1F92=1F2A.399/1F9A 1F93=1F2B.399/1F9B 1F94=1F2C.399/1F9C 1F95=1F2D.399/1F9D 1F96=1F2E.399/1F9E
        1F97=1F2F.399/1F9F 1F98=1F28.399/1F98 1F99=1F29.399/1F99 1F9A=1F2A.399/1F9A 1F9B=1F2B.399/1F9B 1F9C=1F2C.399/1F9C 1F9D=1F2D.399/1F9D
        1F9E=1F2E.399/1F9E 1F9F=1F2F.399/1F9F 1FA0=1F68.399/1FA8 1FA1=1F69.399/1FA9 1FA2=1F6A.399/1FAA 1FA3=1F6B.399/1FAB 1FA4=1F6C.399/1FAC
        1FA5=1F6D.399/1FAD 1FA6=1F6E.399/1FAE 1FA7=1F6F.399/1FAF 1FA8=1F68.399/1FA8 1FA9=1F69.399/1FA9 1FAA=1F6A.399/1FAA 1FAB=1F6B.399/1FAB
        1FAC=1F6C.399/1FAC 1FAD=1F6D.399/1FAD 1FAE=1F6E.399/1FAE 1FAF=1F6F.399/1FAF 1FB2=1FBA.399/1FBA.345 1FB3=391.399/1FBC 1FB4=386.399/386.345
        1FB6=391.342 1FB7=391.342.399/391.342.345 1FBC=391.399/1FBC 1FC2=1FCA.399/1FCA.345 1FC3=397.399/1FCC 1FC4=389.399/389.345 1FC6=397.342
        1FC7=397.342.399/397.342.345 1FCC=397.399/1FCC 1FD2=399.308.300 1FD3=399.308.301 1FD6=399.342 1FD7=399.308.342 1FE2=3A5.308.300
        1FE3=3A5.308.301 1FE4=3A1.313 1FE6=3A5.342 1FE7=3A5.308.342 1FF2=1FFA.399/1FFA.345 1FF3=3A9.399/1FFC 1FF4=38F.399/38F.345 1FF6=3A9.342
        1FF7=3A9.342.399/3A9.342.345 1FFC=3A9.399/1FFC FB00=46.46/46.66 FB01=46.49/46.69 FB02=46.4C/46.6C FB03=46.46.49/46.66.69
        FB04=46.46.4C/46.66.6C FB05=53.54/53.74 FB06=53.54/53.74 FB13=544.546/544.576 FB14=544.535/544.565 FB15=544.53B/544.56B FB16=54E.546/54E.576
        FB17=544.53D/544.56D
        """;

    private static readonly FrozenDictionary<int, (string Upper, string Title)> s_letters = Table
        .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Select(Read).ToFrozenDictionary(letter => letter.Code, letter => (letter.Upper, letter.Title));

    /// <summary>The capital of a letter in the table, or null.</summary>
    public static string? Upper(Rune rune) => s_letters.TryGetValue(rune.Value, out (string Upper, string Title) letter) ? letter.Upper : null;

    /// <summary>The form at the start of a word of a letter that has one of its own, or null. Georgian words begin with small letters.</summary>
    public static string? Title(Rune rune) => s_letters.TryGetValue(rune.Value, out (string Upper, string Title) letter) ? letter.Title
        : rune.Value is >= 0x10D0 and <= 0x10FF ? rune.ToString()
        : null;

    private static (int Code, string Upper, string Title) Read(string entry)
    {
        string[] parts = entry.Split('=', '/');
        return (ReadCode(parts[0]), ReadText(parts[1]), ReadText(parts[^1]));
    }

    private static string ReadText(string codes) => string.Concat(codes.Split('.').Select(code => char.ConvertFromUtf32(ReadCode(code))));

    private static int ReadCode(string code) => int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
