using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace AdapterToolkit.Checkpoints;

/// <summary>Tells UTF-8 from other encodings.</summary>
internal static class DataEncoding
{
    private const string Remedy = "Save the file as UTF-8.";

    /// <summary>How many bytes of a file's beginning are a byte order mark: three or none.</summary>
    /// <exception cref="DataFileException">The file begins as one in UTF-16 or UTF-32 does.</exception>
    public static int ByteOrderMarkLength(ReadOnlySpan<byte> beginning, string path)
    {
        if (Utf8Text.ByteOrderMarkLength(beginning) is int length and > 0)
            return length;
        bool isMarked = beginning.Length >= 2 && (beginning[0], beginning[1]) is (0xFF, 0xFE) or (0xFE, 0xFF);
        bool isUnmarked = beginning.Length >= 2 && beginning[0] == 0 != (beginning[1] == 0);
        return isMarked || isUnmarked
            ? throw new DataFileException(path, $"the text is not UTF-8: it begins as UTF-16 or UTF-32 does. {Remedy}") { ByteOffset = 0 }
            : 0;
    }

    /// <summary>Converts bytes to characters.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="path">Their file.</param>
    /// <param name="offset">Where in the file they begin.</param>
    /// <param name="line">Their line, or null where they are several.</param>
    /// <exception cref="DataFileException">The bytes are not UTF-8; the message names the first one that is not.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string path, long offset, long? line = null)
    {
        RefuseUnlessValid(bytes, path, offset, line);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Throws where bytes are not UTF-8.</summary>
    /// <inheritdoc cref="Decode"/>
    public static void RefuseUnlessValid(ReadOnlySpan<byte> bytes, string path, long offset, long? line = null)
    {
        if (Utf8.IsValid(bytes))
            return;
        int valid = ValidLength(bytes);
        long at = offset + valid;
        throw new DataFileException(path, $"the text is not UTF-8: byte 0x{bytes[valid]:X2} at offset {at} begins no character. {Remedy}", line) { ByteOffset = at };
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out int length) == OperationStatus.Done)
            position += length;
        return position;
    }
}
