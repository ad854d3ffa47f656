using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// Recognizes the pointers of Git Large File Storage (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): a few lines of text that lie in a file's
/// place where a repository was cloned without its large files.
/// </summary>
internal static class GitLfsPointer
{
    /// <summary>A pointer is shorter than this, by its specification.</summary>
    private const int LongestPointer = 1024;

    private static ReadOnlySpan<byte> FirstLine => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>Refuses a file that is a pointer.</summary>
    /// <param name="path">The file's path, for the message.</param>
    /// <param name="handle">The file.</param>
    /// <exception cref="CheckpointException">The file is a pointer.</exception>
    public static void ThrowIfIn(string path, SafeFileHandle handle)
    {
        if (RandomAccess.GetLength(handle) is var length && (length >= LongestPointer || length < FirstLine.Length))
            return;
        Span<byte> start = stackalloc byte[FirstLine.Length];
        RegularFile.Read(handle, path, 0, start);
        if (start.SequenceEqual(FirstLine))
            throw new CheckpointException(path, "is a Git LFS pointer, not the file itself, which was not downloaded. Run 'git lfs pull' in the repository, or download the file from where the repository came from.");
    }
}
