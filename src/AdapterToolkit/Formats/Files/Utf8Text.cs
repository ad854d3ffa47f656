using System.Text;
using System.Text.Unicode;

namespace AdapterToolkit.Formats;

/// <summary>Tells UTF-8 from other encodings. Bytes that are not UTF-8 are an error: replaced by U+FFFD they would change the text in silence.</summary>
internal static class Utf8Text
{
    /// <summary>What is wrong with a text that <see cref="BeginsOtherwise"/>.</summary>
    public const string OtherEncoding = "the text is not UTF-8: it begins as UTF-16 or UTF-32 does. " + Remedy;

    private const string Remedy = "Save the file as UTF-8.";

    /// <summary>How many bytes at the beginning of a text tell its encoding.</summary>
    private const int JudgedBytes = 64;

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>The text of a file's bytes, without its byte order mark.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The file's bytes.</param>
    /// <exception cref="CheckpointException">The bytes are not UTF-8; the message says where.</exception>
    public static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        Check(path, bytes);
        return Encoding.UTF8.GetString(bytes[ByteOrderMarkLength(bytes)..]);
    }

    /// <summary>Checks that bytes are UTF-8.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="tensorName">The tensor that holds the text; null where it is a file of its own.</param>
    /// <exception cref="CheckpointException">They are not; the message says where.</exception>
    public static void Check(string path, ReadOnlySpan<byte> bytes, string? tensorName = null)
    {
        if (BeginsOtherwise(bytes))
            throw new CheckpointException(path, OtherEncoding, tensorName);
        if (FirstInvalid(bytes) is { } position)
            throw new CheckpointException(path, Problem(bytes[position], position, LineOf(bytes, position)), tensorName);
    }

    /// <summary>The first byte that begins no character; null where all are UTF-8.</summary>
    /// <param name="bytes">The bytes.</param>
    public static int? FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return null;
        int position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out int length) == System.Buffers.OperationStatus.Done)
            position += length;
        return position;
    }

    /// <summary>What is wrong with a text that has a byte which begins no character.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="offset">Where in the file it is.</param>
    /// <param name="line">Its line, or null where that is said otherwise.</param>
    public static string Problem(byte value, long offset, int? line = null) =>
        $"the text is not UTF-8: byte 0x{value:X2} at offset {offset}{(line is null ? "" : $" (line {line})")} begins no character. {Remedy}";

    /// <summary>
    /// Whether a text begins as one in UTF-16 or UTF-32 does: with the byte order mark of those, or with one zero of two bytes and many more zeros. Few zeros
    /// are NUL characters, which UTF-8 has too.
    /// </summary>
    /// <param name="beginning">The text, or its first bytes.</param>
    public static bool BeginsOtherwise(ReadOnlySpan<byte> beginning) => beginning.Length >= 2
        && ((beginning[0], beginning[1]) is (0xFF, 0xFE) or (0xFE, 0xFF)
            || (beginning[0] == 0 != (beginning[1] == 0) && HasManyZeros(beginning[..Math.Min(beginning.Length, JudgedBytes)])));

    /// <summary>Whether a quarter or more of the bytes are zero; characters of ASCII have half of them in UTF-16, and three quarters in UTF-32.</summary>
    private static bool HasManyZeros(ReadOnlySpan<byte> bytes) => 4 * bytes.Count((byte)0) >= bytes.Length;

    /// <summary>How many bytes a byte order mark takes at the start of a text: 3, or 0 where there is none.</summary>
    /// <param name="bytes">The text, or its first bytes.</param>
    public static int ByteOrderMarkLength(ReadOnlySpan<byte> bytes) => bytes.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;

    /// <summary>The number of the line, counted from one, that a position lies in.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="position">The position.</param>
    public static int LineOf(ReadOnlySpan<byte> bytes, int position) => 1 + bytes[..position].Count((byte)'\n');
}
