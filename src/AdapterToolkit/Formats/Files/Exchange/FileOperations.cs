namespace AdapterToolkit.Formats;

/// <summary>The file operations of every exchange, so that a test can end the process before any of them.</summary>
internal static class FileOperations
{
    private const int BufferSize = 1 << 16;

    private static readonly AsyncLocal<Action<string>?> s_before = new();

    /// <summary>Is told every operation before it is done, in this thread and what it starts: a verb and the path.</summary>
    public static Action<string>? Before
    {
        get => s_before.Value;
        set => s_before.Value = value;
    }

    /// <summary>Creates a folder in one that exists.</summary>
    public static void CreateFolder(string path)
    {
        Note("create folder", path);
        Directory.CreateDirectory(path);
    }

    /// <summary>Creates a folder and those above it that are missing, so that they outlast a loss of power.</summary>
    public static void CreateFolders(string path)
    {
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent)
            return;
        CreateFolders(parent);
        CreateFolder(path);
        Flush(parent);
    }

    /// <summary>Opens a lock's file, which must not be read by others as long as it is open. On Windows they may, and may delete it, as elsewhere.</summary>
    public static FileStream OpenLocked(string path)
    {
        Note("lock", path);
        return new FileStream(
            path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read | FileShare.Delete : FileShare.None, bufferSize: 0);
    }

    /// <summary>Writes a new file, and flushes it.</summary>
    public static void Create(string path, Action<Stream> write)
    {
        Note("create", path);
        using FileStream stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);
        write(stream);
        Note("flush", path);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes a file in a folder that is flushed as a whole before it counts.</summary>
    public static void CreateUnflushed(string path, Action<Stream> write)
    {
        Note("create", path);
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize);
        write(stream);
    }

    /// <summary>Writes text behind what a file holds, in two steps that a death may part, and flushes it.</summary>
    public static void Append(FileStream stream, ReadOnlySpan<byte> text)
    {
        Note("append to", stream.Name);
        stream.Write(text[..(text.Length / 2)]);
        Note("append the rest to", stream.Name);
        stream.Write(text[(text.Length / 2)..]);
        Note("flush", stream.Name);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Empties a file.</summary>
    public static void Empty(FileStream stream)
    {
        Note("empty", stream.Name);
        stream.SetLength(0);
    }

    /// <summary>Makes what a file or folder holds outlast a loss of power.</summary>
    public static void Flush(string path)
    {
        Note("flush", path);
        NativeFiles.Flush(path);
    }

    /// <summary>Gives a file the permissions of another.</summary>
    public static void CopyMode(string from, string to)
    {
        if (OperatingSystem.IsWindows())
            return;
        Note("set the mode of", to);
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    /// <summary>Copies a file's content to a new file, and flushes it.</summary>
    public static void Copy(string from, string to)
    {
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferSize);
        Create(to, stream => source.CopyTo(stream));
    }

    /// <summary>Renames a file, in place of one that may be there.</summary>
    public static void Move(string from, string to)
    {
        Note("move", to);
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Renames a folder.</summary>
    public static void MoveFolder(string from, string to)
    {
        Note("move folder", to);
        Directory.Move(from, to);
    }

    /// <summary>Deletes a file.</summary>
    public static void Delete(string path)
    {
        Note("delete", path);
        File.Delete(path);
    }

    /// <summary>Deletes an empty folder.</summary>
    public static void DeleteFolder(string path)
    {
        Note("delete folder", path);
        Directory.Delete(path);
    }

    /// <summary>Deletes a file, or a folder with all that it holds; follows no link.</summary>
    public static void DeleteAll(string path)
    {
        FileKind kind = FileStatus.Of(path).Kind;
        if (kind == FileKind.Missing)
            return;
        if (kind != FileKind.Folder)
        {
            Delete(path);
            return;
        }

        foreach (string entry in Directory.GetFileSystemEntries(path))
            DeleteAll(entry);
        DeleteFolder(path);
    }

    private static void Note(string verb, string path) => s_before.Value?.Invoke($"{verb} {path}");
}
