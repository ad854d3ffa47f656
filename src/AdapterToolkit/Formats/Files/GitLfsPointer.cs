using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>
/// Recognizes the pointers of Git Large File Storage (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): a few lines of text that lie in a file's
/// place where a repository was cloned without its large files.
/// </summary>
internal static class GitLfsPointer
{
    /// <summary>What is wrong with a file that is a pointer.</summary>
    public const string Problem = "is a Git LFS pointer, not the file itself, which was not downloaded. Run 'git lfs pull' in the repository, "
        + "or download the file from where the repository came from.";

    /// <summary>A pointer is shorter than this, by its specification.</summary>
    private const int LongestPointer = 1024;

    private static ReadOnlySpan<byte> FirstLine => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>Whether a file is a pointer.</summary>
    /// <param name="handle">The file.</param>
    public static bool IsIn(SafeFileHandle handle)
    {
        if (RandomAccess.GetLength(handle) >= LongestPointer)
            return false;
        Span<byte> start = stackalloc byte[FirstLine.Length];
        return RandomAccess.Read(handle, start, fileOffset: 0) == start.Length && start.SequenceEqual(FirstLine);
    }
}
