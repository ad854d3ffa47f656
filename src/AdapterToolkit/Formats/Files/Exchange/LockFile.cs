using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>
/// A file that one process at a time has open, by a lock of the operating system that ends with the process. Its text names the owner, and
/// is readable while it is locked.
/// </summary>
internal sealed class LockFile : IDisposable
{
    private const string Signature = "adapter-toolkit\n";
    private const int HeaderLines = 2;
    private const int MostBytes = 1 << 20;
    private const int Linux = 11, Mac = 35, Windows = unchecked((int)0x80070020);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _stream;

    private LockFile(FileStream stream, IEnumerable<string> names) => (_stream, Names) = (stream, [.. names]);

    /// <summary>
    /// The names that have been added, at first those that a process left which has ended without deleting the file. A last one that it did not write
    /// whole is left out: nothing of that name was begun.
    /// </summary>
    public List<string> Names { get; }

    /// <summary>Locks the file, and creates it where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The lock; null where another has it.</returns>
    /// <exception cref="CheckpointException">What stands at the path is no lock of this program.</exception>
    public static LockFile? TryAcquire(string path)
    {
        while (true)
        {
            if (FileStatus.Of(path).Kind is not (FileKind.Missing or FileKind.File))
                throw Ownership.ForeignAtReservedName(path);
            FileStream stream;
            try
            {
                stream = FileOperations.OpenLocked(path);
            }
            catch (IOException exception) when (exception.HResult is Linux or Mac or Windows)
            {
                return null;
            }

            try
            {
                // Its last owner may have deleted the file between opening and locking: then it is no lock any more.
                if (FileStatus.Of(stream.SafeFileHandle).Identity != FileStatus.Of(path).Identity)
                {
                    stream.Dispose();
                    continue;
                }

                string text = Read(stream.SafeFileHandle);
                if (!text.StartsWith(Signature, StringComparison.Ordinal) && !Signature.StartsWith(text, StringComparison.Ordinal))
                    throw Ownership.ForeignAtReservedName(path);
                return new LockFile(stream, text.Split('\n').SkipLast(1).Skip(HeaderLines).Select(Uri.UnescapeDataString));
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
    }

    /// <summary>Locks the file, and waits for another that has it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">How long to wait.</param>
    /// <exception cref="CheckpointException">Another had it all the time, or what stands at the path is no lock of this program.</exception>
    public static LockFile Acquire(string path, TimeSpan longest)
    {
        long start = Environment.TickCount64;
        while (true)
        {
            if (TryAcquire(path) is { } acquired)
                return acquired;
            if (Environment.TickCount64 - start > longest.TotalMilliseconds)
            {
                string problem =
                    $"{OwnerOf(path)} writes here, and has not ended within {longest.TotalSeconds:0} seconds. Wait for it, or choose another folder.";
                throw new CheckpointException(Path.GetDirectoryName(path)!, problem);
            }

            Thread.Sleep(s_pause);
        }
    }

    /// <summary>Who has the lock, or had it: process, machine and when it started.</summary>
    /// <param name="path">The file.</param>
    public static string OwnerOf(string path)
    {
        try
        {
            using SafeFileHandle handle = NativeFiles.OpenToRead(path);
            return Read(handle).Split('\n') is [_, [_, ..] owner, ..] ? owner : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    /// <summary>Replaces the text by the owner's name.</summary>
    public void Begin()
    {
        Names.Clear();
        FileOperations.Empty(_stream);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        string started = process.StartTime.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        FileOperations.Append(_stream, Encoding.UTF8.GetBytes($"{Signature}process {Environment.ProcessId} on {Environment.MachineName}, started {started}\n"));
        FileOperations.Flush(Path.GetDirectoryName(_stream.Name)!);
    }

    /// <summary>Adds the name of something temporary; when this returns, it will be read after any death.</summary>
    public void Add(string name)
    {
        FileOperations.Append(_stream, Encoding.UTF8.GetBytes(Uri.EscapeDataString(name) + "\n"));
        Names.Add(name);
    }

    /// <summary>Deletes the file; it stays locked until <see cref="Dispose"/>.</summary>
    public void Delete() => FileOperations.Delete(_stream.Name);

    /// <summary>Ends the lock.</summary>
    public void Dispose() => _stream.Dispose();

    private static string Read(SafeFileHandle handle)
    {
        byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(handle), MostBytes)];
        int count = 0;
        while (count < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(count), count) is > 0 and int read)
            count += read;
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
