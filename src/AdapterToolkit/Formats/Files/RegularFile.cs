using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>
/// Opens and reads the files that others made. What only looks like a file (a folder, a link to nowhere, a pipe, which would make the
/// reader wait for ever, a device, which never ends) is refused before it is opened, and so is the pointer that Git LFS leaves in a file's place.
/// </summary>
/// <remarks>Files are read, not mapped: where a mapped file becomes shorter, the system ends the process; a read tells how far it came.</remarks>
internal static class RegularFile
{
    /// <summary>Opens a file for reading at any position.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">There is no such file, or it is none that can be read from end to end.</exception>
    public static SafeFileHandle Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle handle = TryOpen(path, out string? problem) ?? throw new CheckpointException(path, problem!);
        if (RandomAccess.GetLength(handle) > 0)
            return handle;
        handle.Dispose();
        throw new CheckpointException(path, "is empty. Was it copied or downloaded whole?");
    }

    /// <summary>Opens a file for reading at any position; it may be empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Receives why it can't be read where it is not opened.</param>
    /// <returns>The file, or null.</returns>
    public static SafeFileHandle? TryOpen(string path, out string? problem)
    {
        problem = FindProblem(path);
        if (problem is not null)
            return null;
        SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            if (!GitLfsPointer.IsIn(handle))
                return handle;
            problem = GitLfsPointer.Problem;
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The most bytes that are accepted.</param>
    /// <exception cref="CheckpointException">As of <see cref="Open"/>; the file has more bytes, or becomes shorter while it is read.</exception>
    public static byte[] ReadAllBytes(string path, long longest)
    {
        using SafeFileHandle handle = Open(path);
        long length = RandomAccess.GetLength(handle);
        if (length > longest)
            throw new CheckpointException(path, $"the file has {length} bytes; more than {longest} are not accepted.");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        Read(handle, path, 0, bytes);
        return bytes;
    }

    /// <summary>Reads a whole file of UTF-8 text, without its byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The most bytes that are accepted.</param>
    /// <exception cref="CheckpointException">As of <see cref="ReadAllBytes"/>, or the file is not UTF-8; the message says where.</exception>
    public static string ReadAllText(string path, long longest) => Utf8Text.Decode(path, ReadAllBytes(path, longest));

    /// <summary>Fills a span with the bytes at a position.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="path">The file's path, for messages.</param>
    /// <param name="offset">The position of the first byte.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="tensorName">The tensor that is read, or null.</param>
    /// <exception cref="CheckpointException">The file ends before the span is full: it has become shorter since it was opened.</exception>
    public static void Read(SafeFileHandle handle, string path, long offset, Span<byte> destination, string? tensorName = null)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                string problem = $"the file ends at byte {offset}, {destination.Length} bytes early: it has become shorter since it was opened. "
                    + "Load it again when nothing writes to it any more.";
                throw new CheckpointException(path, problem, tensorName);
            }

            destination = destination[read..];
            offset += read;
        }
    }

    /// <summary>
    /// Says why a path names no file that can be read from end to end; null where it does. A pipe is not even opened: opening one waits for a writer.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="sought">What should be there, for the message.</param>
    public static string? FindProblem(string path, string sought = "file")
    {
        if (Directory.Exists(path))
            return "is a folder; a file is needed here.";
        if (path.Contains('\0') || FileStatus.Of(path).Kind == FileKind.Missing)
            return $"there is no such {sought}.";
        string? target = FileStatus.FinalTarget(path);
        return (target is null ? FileKind.Missing : FileStatus.Of(target).Kind) switch
        {
            FileKind.File => null,
            FileKind.Missing =>
                $"is a link to '{Excerpt.Of(target ?? path)}', which is no file. Restore what it leads to, or put the file itself in its place.",
            _ => "is a device, a pipe or a socket, not a file. Copy what it gives into a file.",
        };
    }
}
