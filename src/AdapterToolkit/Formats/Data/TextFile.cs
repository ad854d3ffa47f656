using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>Reads files of plain text whole.</summary>
internal static class TextFile
{
    /// <summary>The most bytes of a file; a text in memory has no more than some 1,000 million characters.</summary>
    private const long LongestFile = 1L << 29;

    private const int ChunkSize = 1 << 20;

    /// <summary>Reads a text. Only its line breaks change: <c>\r\n</c> and <c>\r</c> become <c>\n</c>.</summary>
    /// <exception cref="DataFileException">The file can not be read, has too many bytes, or is not UTF-8.</exception>
    public static string Read(string path, CancellationToken cancellationToken)
    {
        byte[] bytes = ReadBytes(path, cancellationToken);
        if (Utf8Text.BeginsOtherwise(bytes))
            throw DataFileException.InOtherEncoding(path);
        if (Utf8Text.FirstInvalid(bytes) is { } position)
            throw DataFileException.NotUtf8(path, bytes[position], position);
        string text = Encoding.UTF8.GetString(bytes.AsSpan(Utf8Text.ByteOrderMarkLength(bytes)));
        return text.Contains('\r') ? text.Replace("\r\n", "\n").Replace('\r', '\n') : text;
    }

    private static byte[] ReadBytes(string path, CancellationToken cancellationToken)
    {
        using FileStream stream = DataFileStream.Open(path);
        using MemoryStream content = new(capacity: (int)Math.Min(stream.Length, LongestFile));
        byte[] chunk = new byte[(int)Math.Clamp(stream.Length, 1, ChunkSize)];
        while (DataFileStream.Read(stream, path, chunk) is int read and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (content.Length + read > LongestFile)
                throw new DataFileException(path, $"the file has more than {LongestFile} bytes. Divide it into several files.");
            content.Write(chunk, 0, read);
        }

        return content.ToArray();
    }
}
