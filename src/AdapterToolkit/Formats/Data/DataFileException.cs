namespace AdapterToolkit.Formats;

/// <summary>A file of training data can not be read as it is. The message names the file and, where one is at fault, the line.</summary>
/// <remarks><see cref="IOException"/> is what callers who read files already catch.</remarks>
public sealed class DataFileException : IOException
{
    /// <summary>Creates an exception whose message is "file: problem" or "file, line 3: problem".</summary>
    /// <param name="filePath">The file (or folder) at fault.</param>
    /// <param name="problem">What is wrong and, where it is not obvious, what to do.</param>
    /// <param name="line">The line at fault, counted from one, or null where the file as a whole is.</param>
    /// <param name="innerException">What caused this exception, if anything did.</param>
    public DataFileException(string filePath, string problem, long? line = null, Exception? innerException = null)
        : base(line is null ? $"{filePath}: {problem}" : $"{filePath}, line {line}: {problem}", innerException)
    {
        FilePath = filePath;
        Line = line;
    }

    /// <summary>The error about a text in UTF-16 or UTF-32.</summary>
    internal static DataFileException InOtherEncoding(string filePath) => new(filePath, Utf8Text.OtherEncoding) { ByteOffset = 0 };

    /// <summary>The error about a byte that begins no character.</summary>
    internal static DataFileException NotUtf8(string filePath, byte value, long offset, long? line = null) =>
        new(filePath, Utf8Text.Problem(value, offset), line) { ByteOffset = offset };

    /// <summary>The file (or folder) at fault.</summary>
    public string FilePath { get; }

    /// <summary>The line at fault, counted from one, or null where the file as a whole is.</summary>
    public long? Line { get; }

    /// <summary>The character of the line at which the fault was found, counted from one, or null where it is not known.</summary>
    public int? Column { get; init; }

    /// <summary>The byte of the file at which the fault was found, counted from zero, or null where it is not known.</summary>
    public long? ByteOffset { get; init; }
}
