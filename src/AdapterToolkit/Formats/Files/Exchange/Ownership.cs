namespace AdapterToolkit.Formats;

/// <summary>Decides what an exchange may replace or delete in a folder: nothing but what its manifest proves that this program wrote.</summary>
/// <param name="root">The folder; no link.</param>
/// <param name="manifest">What was written to it.</param>
internal sealed class Ownership(string root, ManifestContent manifest)
{
    /// <summary>Checks that a file of a part may be written.</summary>
    /// <param name="name">Its path in the folder, with slashes.</param>
    /// <param name="part">The part.</param>
    /// <returns>What it replaces, or null where there is nothing.</returns>
    /// <exception cref="CheckpointException">Something stands there, or in the way, that was not written by this program, or not as it is now.</exception>
    public FileProof? Claim(string name, string part)
    {
        for (int end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
        {
            string parent = Path.Combine(root, name[..end]);
            if (FileStatus.Of(parent).Kind is not (FileKind.Missing or FileKind.Folder))
                throw Foreign(parent, "stands where a folder is to be written");
        }

        string path = Path.Combine(root, name);
        FileKind kind = FileStatus.Of(path).Kind;
        if (kind == FileKind.Missing)
            return null;
        if (kind == FileKind.Link && !FileStatus.IsFile(path))
            throw Foreign(path, "is a link that leads to no file");
        if (kind is FileKind.Folder or FileKind.Other)
            throw Foreign(path, "stands where a file is to be written");
        if (!manifest.Files.TryGetValue(name, out ManifestFile file))
            throw Foreign(path, $"was not written by this program (it is not in '{FolderManifest.FileName}')");
        if (file.Part != part)
            throw Foreign(path, $"belongs to what was written here as '{file.Part}', which would be damaged");
        return file.Proof.Matches(path) ? file.Proof : throw Foreign(path, "is not as this program wrote it");
    }

    /// <summary>Whether a folder is to be created; it is not where it exists.</summary>
    /// <param name="name">Its path in the folder, with slashes.</param>
    /// <exception cref="CheckpointException">Something else stands there.</exception>
    public bool IsFree(string name)
    {
        string path = Path.Combine(root, name);
        return FileStatus.Of(path).Kind switch
        {
            FileKind.Missing => true,
            FileKind.Folder => false,
            _ => throw Foreign(path, "stands where a folder is to be written"),
        };
    }

    /// <summary>Whether a file is still as it was written, and no link.</summary>
    /// <param name="name">Its path in the folder, with slashes.</param>
    /// <param name="proof">What proves it.</param>
    public bool IsOurs(string name, FileProof proof) => IsOurs(root, name, proof);

    /// <summary>Whether a file is still as it was written, and no link, nor reached through one.</summary>
    public static bool IsOurs(string root, string name, FileProof proof)
    {
        for (int end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
        {
            if (FileStatus.Of(Path.Combine(root, name[..end])).Kind != FileKind.Folder)
                return false;
        }

        string path = Path.Combine(root, name);
        return FileStatus.Of(path).Kind == FileKind.File && proof.Matches(path);
    }

    /// <summary>The error for what is not to be touched.</summary>
    public static CheckpointException Foreign(string path, string problem) =>
        new(path, $"{problem}; it stays as it is, and nothing was written. Move it away, or choose another folder.");

    /// <summary>The error for what stands under a name that this program keeps for itself, and was not written by it.</summary>
    public static CheckpointException ForeignAtReservedName(string path) =>
        Foreign(path, $"{InWords(FileStatus.Of(path).Kind)} stands where this program keeps {ReservedNames.UseOf(path)}, and was not written by it");

    private static string InWords(FileKind kind) => kind switch
    {
        FileKind.Folder => "a folder",
        FileKind.Link => "a link",
        FileKind.Other => "a device, a pipe or a socket",
        _ => "a file",
    };
}
