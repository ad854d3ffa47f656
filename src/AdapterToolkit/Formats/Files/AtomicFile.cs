namespace AdapterToolkit.Formats;

/// <summary>
/// Writes a file so that a reader sees either the old content or the whole new one, never a half-written file, after the death of the process at any moment
/// too. It replaces the file that it is told to, whoever wrote it; <see cref="AtomicFolder"/> replaces only what it wrote.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary file in the same folder and renames it to <paramref name="path"/> when <paramref name="write"/> has returned.</summary>
    /// <remarks>
    /// Permissions stay as they were. Where <paramref name="path"/> is a symbolic link, the link stays, and its target is replaced. Of several hard links only
    /// this one gets the new content (<see cref="AtomicFolder.HardLinkReplaced"/>). What a process that died has left of a temporary file is removed by the
    /// next write to the same path.
    /// </remarks>
    /// <param name="path">The file to create or replace; its folder is created where it does not exist.</param>
    /// <param name="write">Writes the content. When it throws, the temporary file is removed and <paramref name="path"/> stays as it was.</param>
    /// <exception cref="CheckpointException">What stands at the path is a folder, a device, or a link that leads to no file.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        if (Path.GetFileName(target).Length == 0)
            throw new ArgumentException($"'{path}' names no file.", nameof(path));
        if (StagingFolders.Hold(target))
        {
            FileOperations.CreateUnflushed(target, write);
            return;
        }

        string? file = FileStatus.FinalTarget(target);
        FileKind kind = file is null ? FileKind.Missing : FileStatus.Of(file).Kind;
        if (file is null || kind is FileKind.Folder or FileKind.Other || (kind == FileKind.Missing && file != target))
            throw WholeExchange.NoFile(target);
        if (new WholeExchange(file).WriteFile(write))
            AtomicFolder.Tell(file);
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark; see <see cref="Write(string, Action{Stream})"/>.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
