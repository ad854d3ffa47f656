namespace AdapterToolkit.Checkpoints;

/// <summary>Opens files of training data, and refuses what is no file.</summary>
internal static class DataFileStream
{
    /// <summary>Opens a file for reading from its beginning to its end.</summary>
    /// <exception cref="DataFileException">There is no such file, it is a device or a pipe, or it may not be read.</exception>
    public static FileStream Open(string path)
    {
        RefuseUnlessFile(path, "file");
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            GitLfsPointer.ThrowIfIn(path, stream.SafeFileHandle);
            return stream;
        }
        catch (CheckpointException exception)
        {
            stream?.Dispose();
            throw new DataFileException(path, exception.Message[$"{path}: ".Length..], innerException: exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Reads up to as many bytes as the memory holds; none are left where it returns zero.</summary>
    /// <exception cref="DataFileException">The file can not be read any further.</exception>
    public static int Read(FileStream stream, Span<byte> bytes)
    {
        try
        {
            return stream.Read(bytes);
        }
        catch (IOException exception)
        {
            throw Unreadable(stream.Name, exception);
        }
    }

    /// <summary>Throws where there is nothing at a path, or something that reading might never come to the end of.</summary>
    /// <param name="path">The path.</param>
    /// <param name="sought">What should be there, for the message.</param>
    /// <exception cref="DataFileException">There is no file.</exception>
    public static void RefuseUnlessFile(string path, string sought)
    {
        if (Directory.Exists(path))
            throw new DataFileException(path, "is a folder, not a file.");
        FileKind kind = KindOf(path);
        if (kind == FileKind.Missing)
        {
            throw new DataFileException(path, new FileInfo(path).LinkTarget is { } target
                ? $"is a link to '{target}', which is not there."
                : $"there is no such {sought}.");
        }

        if (kind != FileKind.File)
            throw new DataFileException(path, "is a device, a pipe or a socket, not a file. Copy what it gives into a file.");
    }

    private static FileKind KindOf(string path)
    {
        try
        {
            return FileStatus.FinalTarget(path) is { } target ? FileStatus.Of(target).Kind : FileKind.Missing;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    private static DataFileException Unreadable(string path, Exception exception) => new(path, $"the file can not be read: {exception.Message}", innerException: exception);
}
