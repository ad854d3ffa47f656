namespace AdapterToolkit.Formats;

/// <summary>What a folder holds.</summary>
/// <param name="Files">The files, by their paths with slashes, with length and hash.</param>
/// <param name="Folders">The folders in it, each before those that it holds.</param>
internal sealed record FolderContent(SortedDictionary<string, FileProof> Files, List<string> Folders)
{
    /// <summary>Reads all files of a folder that is about to count, and flushes them and the folders.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It holds something that is neither file nor folder, or has a name that exchanges reserve.</exception>
    public static FolderContent Flush(string folder)
    {
        FolderContent content = new(new SortedDictionary<string, FileProof>(StringComparer.Ordinal), []);
        content.Add(folder, "");
        foreach (string name in content.Folders)
            FileOperations.Flush(Path.Combine(folder, name));
        return content;
    }

    private void Add(string folder, string prefix)
    {
        foreach (string path in Directory.GetFileSystemEntries(folder))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith(ReservedNames.Prefix, StringComparison.Ordinal))
                throw new CheckpointException(path, "names that begin so are this program's own; no file of a checkpoint can have one.");
            switch (FileStatus.Of(path).Kind)
            {
                case FileKind.File:
                    FileOperations.Flush(path);
                    Files.Add(prefix + name, FileProof.Of(path));
                    break;
                case FileKind.Folder:
                    Folders.Add(prefix + name);
                    Add(path, $"{prefix}{name}/");
                    break;
                default:
                    throw new CheckpointException(path, "is neither a file nor a folder, and can't be put in place with them.");
            }
        }
    }
}
