namespace AdapterToolkit.Formats;

/// <summary>
/// Writes folders of files that belong together (a configuration and its tensors), so that whoever reads sees the old ones or the new ones whole, after the
/// death of the process at any moment too; and deletes them. Files that were not written so, or have been changed since, are neither replaced nor deleted.
/// </summary>
/// <remarks>
/// A hidden file in the folder lists what was written (<see cref="FolderManifest"/>). While files are exchanged there are further hidden files, in the folder
/// or beside it, all of whose names begin with <c>.adapter-toolkit</c>; what a process that died has left of them is cleaned by the next that writes or reads
/// the folder. Processes and threads that write to one folder wait for one another.
/// </remarks>
public static class AtomicFolder
{
    private const string StandardPart = "files";

    /// <summary>
    /// Is told the path of every file that has been replaced though it had further hard links: under those names the old content stays. It is
    /// called in the thread that writes.
    /// </summary>
    public static event Action<string>? HardLinkReplaced;

    /// <summary>Writes the files of a part, in place of those that were written before as the same part.</summary>
    /// <remarks>
    /// What else is in the folder stays, unread. Permissions of what is replaced stay; where a file or the folder is a symbolic link, the link stays, and what
    /// it leads to is replaced in its own folder. An error leaves what was there before.
    /// </remarks>
    /// <param name="folder">The folder to create, or whose files to replace.</param>
    /// <param name="fill">Writes the files, in subfolders too; it is given the path of a temporary folder.</param>
    /// <param name="part">What the files are together. A folder can hold several parts.</param>
    /// <exception cref="CheckpointException">
    /// A file would replace one that was not written so, or has been changed since, or belongs to another part. Nothing was changed.
    /// </exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void Write(string folder, Action<string> fill, string part = StandardPart)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(fill);
        ArgumentException.ThrowIfNullOrEmpty(part);
        string target = FullPath(folder);
        if (StagingFolders.Hold(target))
        {
            Directory.CreateDirectory(target);
            fill(target);
            return;
        }

        if (Resolve(target) is not { } root && new WholeExchange(target).CreateFolder(part, fill))
            return;
        root = Resolve(target) ?? throw new CheckpointException(target, "the folder was deleted while it was to be written.");
        Recover(target);
        foreach (string path in FolderExchange.Run(root, part, fill))
            Tell(path);
    }

    /// <summary>Checks that files could be written, as <see cref="Write"/> does when it has them: to know before a long work.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="names">The files' paths in it, with slashes.</param>
    /// <param name="part">What they are together.</param>
    /// <exception cref="CheckpointException">
    /// A file would replace one that was not written so, or has been changed since, or belongs to another part.
    /// </exception>
    public static void Check(string folder, IEnumerable<string> names, string part = StandardPart)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(names);
        Recover(folder);
        if (Resolve(FullPath(folder)) is not { } root)
            return;
        Ownership ownership = new(root, ManifestContent.Read(root) ?? ManifestContent.Nothing);
        foreach (string name in names)
            ownership.Claim(name, part);
    }

    /// <summary>
    /// Deletes the files of a part, and the folder if it was created with them and nothing else is in it. A file that has been changed since it was written
    /// stays.
    /// </summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="part">What the files are together.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void Delete(string folder, string part = StandardPart)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(part);
        string target = FullPath(folder);
        Recover(target);
        if (Resolve(target) is not { } root || ManifestContent.Read(root) is not { } manifest || !manifest.FilesOf(part).Any())
            return;
        if (root == target && !IsRoot(root) && new WholeExchange(root).DeleteFolder(part))
            return;
        FolderExchange.Run(root, part, fill: null);
        if (root == target && manifest.FolderCreated)
            TryDeleteEmpty(root);
    }

    /// <summary>
    /// Brings to its end what a process that died while it wrote the folder has left: new files that count are put in place, others are removed. Does nothing
    /// where there is nothing of the kind, or the process lives.
    /// </summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <exception cref="CheckpointException">
    /// Files have to be put in place, but the folder can't be written, or has files where they belong that are not this program's.
    /// </exception>
    public static void Recover(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string target = FullPath(folder);
        if (StagingFolders.Hold(target) || FileStatus.FinalTarget(target) is not { } root)
            return;
        if (!IsRoot(root))
            new WholeExchange(root).Recover();
        if (FileStatus.Of(root).Kind == FileKind.Folder)
            FolderExchange.Recover(root);
    }

    /// <summary>A path in full, without a separator at its end.</summary>
    internal static string FullPath(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The folder that a path leads to; null where there is none.</summary>
    /// <exception cref="CheckpointException">The path leads to something else.</exception>
    internal static string? Resolve(string target)
    {
        string? root = FileStatus.FinalTarget(target);
        FileKind kind = root is null ? FileKind.Missing : FileStatus.Of(root).Kind;
        return kind switch
        {
            FileKind.Folder => root,
            FileKind.Missing when root == target => null,
            FileKind.Missing => throw new CheckpointException(
                target, "cannot write a folder here, a link that leads nowhere has this name. Choose another name."),
            FileKind.Other => throw new CheckpointException(
                target, "cannot write a folder here, a device, a pipe or a socket has this name. Choose another name."),
            _ => throw new CheckpointException(target, "cannot write a folder here, a file of this name exists. Choose another name."),
        };
    }

    /// <summary>Whether a folder has nothing above it, where a name could stand beside it.</summary>
    private static bool IsRoot(string folder) => Path.GetDirectoryName(folder) is null;

    private static void TryDeleteEmpty(string root)
    {
        try
        {
            if (!Directory.EnumerateFileSystemEntries(root).Any())
                FileOperations.DeleteFolder(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A mounted folder stays, as does one in a folder that is closed for writing.
        }
    }

    /// <summary>Tells that a file with further hard links was replaced.</summary>
    internal static void Tell(string path) => HardLinkReplaced?.Invoke(path);
}
