namespace AdapterToolkit.Formats;

/// <summary>
/// A folder that one run at a time writes to: a lock of the operating system, which ends with the process whatever ends it. While it lasts, the hidden file
/// <c>.adapter-toolkit.lock</c> in the folder names process, machine and start.
/// </summary>
/// <remarks>A file system that has no such locks, as some that are mounted over a network, lets every run in.</remarks>
public sealed class FolderLock : IDisposable
{
    private readonly LockFile _file;

    private FolderLock(LockFile file) => _file = file;

    /// <summary>Locks a folder, which is created where it does not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">Another run has it; the message names the process, its machine and when it started.</exception>
    /// <exception cref="IOException">The folder can't be created, or not be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be created, or not be written to.</exception>
    public static FolderLock Acquire(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string target = AtomicFolder.FullPath(folder);
        string root = AtomicFolder.Resolve(target) ?? target;
        FileOperations.CreateFolders(root);
        string path = Path.Combine(root, ReservedNames.Lock);
        LockFile file = LockFile.TryAcquire(path) ?? throw InUse(folder, path);
        try
        {
            file.Begin();
            return new FolderLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a folder that a run has, and does not take it: nothing in it is changed.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <exception cref="CheckpointException">A run has it; the message names the process, its machine and when it started.</exception>
    public static void ThrowIfHeld(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (FileStatus.FinalTarget(AtomicFolder.FullPath(folder)) is not { } root)
            return;
        string path = Path.Combine(root, ReservedNames.Lock);
        if (FileStatus.Of(path).Kind != FileKind.File)
            return;
        try
        {
            using LockFile file = LockFile.TryAcquire(path) ?? throw InUse(folder, path);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not CheckpointException))
        {
            // Where nothing can be written, no run writes.
        }
    }

    /// <summary>Ends the lock.</summary>
    public void Dispose()
    {
        try
        {
            _file.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file stays, without a lock; the next run takes it.
        }

        _file.Dispose();
    }

    private static CheckpointException InUse(string folder, string path) =>
        new(folder, $"is in use: {LockFile.OwnerOf(path)}, writes there. Wait for its end, or choose another folder.");
}
