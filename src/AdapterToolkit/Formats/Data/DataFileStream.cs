using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>Opens and reads files of training data, as <see cref="RegularFile"/> does those of checkpoints; they may be empty.</summary>
internal static class DataFileStream
{
    /// <summary>Opens a file for reading from its beginning to its end.</summary>
    /// <exception cref="DataFileException">There is no such file, it is a device or a pipe, or it may not be read.</exception>
    public static FileStream Open(string path)
    {
        string? problem = null;
        SafeFileHandle? handle = Readable(path, () => RegularFile.TryOpen(path, out problem));
        return handle is null ? throw new DataFileException(path, problem!) : new FileStream(handle, FileAccess.Read, bufferSize: 0);
    }

    /// <summary>Reads up to as many bytes as the memory holds; none are left where it returns zero.</summary>
    /// <exception cref="DataFileException">The file can not be read any further.</exception>
    public static int Read(FileStream stream, string path, Span<byte> bytes)
    {
        try
        {
            return stream.Read(bytes);
        }
        catch (IOException exception)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Throws where there is nothing at a path, or something that reading might never come to the end of.</summary>
    /// <param name="path">The path.</param>
    /// <param name="sought">What should be there, for the message.</param>
    /// <exception cref="DataFileException">There is no file.</exception>
    public static void RefuseUnlessFile(string path, string sought)
    {
        if (Readable(path, () => RegularFile.FindProblem(path, sought)) is { } problem)
            throw new DataFileException(path, problem);
    }

    private static T Readable<T>(string path, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    private static DataFileException Unreadable(string path, Exception exception) =>
        new(path, $"the file can not be read: {exception.Message}", innerException: exception);
}
