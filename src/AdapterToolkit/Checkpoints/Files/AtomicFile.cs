namespace AdapterToolkit.Checkpoints;

/// <summary>Writes a file so that a reader sees either the old content or the whole new one, never a half-written file.</summary>
public static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Writes to a temporary file in the same folder and renames it to <paramref name="path"/> when <paramref name="write"/> has returned.</summary>
    /// <param name="path">The file to create or replace; its folder is created where it does not exist.</param>
    /// <param name="write">Writes the content. When it throws, the temporary file is removed and <paramref name="path"/> stays as it was.</param>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
                write(stream);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark; see <see cref="Write(string, Action{Stream})"/>.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
