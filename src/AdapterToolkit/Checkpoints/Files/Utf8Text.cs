using System.Text;
using System.Text.Unicode;

namespace AdapterToolkit.Checkpoints;

/// <summary>Decodes the bytes of text files. Bytes that are not UTF-8 are an error: replaced by U+FFFD they would change the text in silence.</summary>
internal static class Utf8Text
{
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
        if (Utf8.IsValid(bytes))
            return;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new CheckpointException(path, "begins with the byte order mark of UTF-16. Save it as UTF-8.", tensorName);
        int position = FirstInvalid(bytes);
        throw new CheckpointException(path, $"is not UTF-8: the byte 0x{bytes[position]:X2} at offset {position} (line {LineOf(bytes, position)}) begins no character. Save it as UTF-8.", tensorName);
    }

    /// <summary>How many bytes a byte order mark takes at the start of a text: 3, or 0 where there is none.</summary>
    /// <param name="bytes">The text.</param>
    public static int ByteOrderMarkLength(ReadOnlySpan<byte> bytes) => bytes.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;

    /// <summary>The number of the line, counted from one, that a position lies in.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="position">The position.</param>
    public static int LineOf(ReadOnlySpan<byte> bytes, long position) => 1 + bytes[..(int)position].Count((byte)'\n');

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out int length) == System.Buffers.OperationStatus.Done)
            position += length;
        return position;
    }
}
