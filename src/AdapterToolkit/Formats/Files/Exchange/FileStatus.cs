using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>What the file system says of a path, without opening what stands there.</summary>
/// <param name="Kind">What stands there.</param>
/// <param name="Length">The bytes of a regular file.</param>
/// <param name="Links">The names (hard links) that a file has; one where the system does not tell.</param>
/// <param name="Identity">Tells the file from all others on this machine; empty where the system does not tell.</param>
internal readonly record struct FileStatus(FileKind Kind, long Length, long Links, string Identity)
{
    /// <summary>The status of a path; a link at its end is not followed.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">The system refuses to tell.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses to tell.</exception>
    public static FileStatus Of(string path) => NativeFiles.Status(path) ?? Portable(path);

    /// <summary>The status of an open file.</summary>
    /// <param name="handle">The file.</param>
    public static FileStatus Of(SafeFileHandle handle) => NativeFiles.Status(handle) ?? new FileStatus(FileKind.File, RandomAccess.GetLength(handle), 1, "");

    /// <summary>Whether a regular file stands at a path, or a link that leads to one.</summary>
    /// <param name="path">The path.</param>
    public static bool IsFile(string path) => FinalTarget(path) is { } target && Of(target).Kind == FileKind.File;

    /// <summary>Where a path leads: itself, or what a link at its end leads to in the end; null where links go in a circle.</summary>
    /// <param name="path">The path.</param>
    public static string? FinalTarget(string path)
    {
        if (Of(path).Kind != FileKind.Link)
            return path;
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static FileStatus Portable(string path)
    {
        FileInfo file = new(path);
        if (file.LinkTarget is not null)
            return new FileStatus(FileKind.Link, 0, 1, "");
        if (Directory.Exists(path))
            return new FileStatus(FileKind.Folder, 0, 1, "");
        return file.Exists
            ? new FileStatus(file.Attributes.HasFlag(FileAttributes.Device) ? FileKind.Other : FileKind.File, file.Length, NativeFiles.WindowsLinks(path), "")
            : default;
    }
}
