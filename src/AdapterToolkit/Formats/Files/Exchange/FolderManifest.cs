namespace AdapterToolkit.Formats;

/// <summary>
/// The list of what was written to a folder (<see cref="AtomicFolder"/>): a hidden file with the length and the hash (XXH128) of every file. It proves which
/// files are this program's, which alone may be replaced or deleted, and that those of one part belong together.
/// </summary>
public static class FolderManifest
{
    /// <summary>The name of the file.</summary>
    public const string FileName = ".adapter-toolkit.json";

    /// <summary>Checks that the files of a part are all there, and are those that were written together.</summary>
    /// <remarks>An exchange that a process has not brought to its end is ended before (<see cref="AtomicFolder.Recover"/>).</remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="part">The part, as given to <see cref="AtomicFolder.Write(string, Action{string}, string)"/>.</param>
    /// <param name="needed">The paths of files, with slashes, that must be among them.</param>
    /// <exception cref="CheckpointException">
    /// There is no manifest, or no such part in it, or a file is missing or is another; the message names the file.
    /// </exception>
    public static void Verify(string folder, string part, params IEnumerable<string> needed)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(needed);
        AtomicFolder.Recover(folder);
        ManifestContent manifest = ManifestContent.Read(folder)
            ?? throw new CheckpointException(
                folder,
                $"has no '{FileName}', which says what files were written here together. Use the folder that was written, or a copy with its hidden files.");
        Dictionary<string, FileProof> files = manifest.FilesOf(part).ToDictionary(StringComparer.Ordinal);
        if (files.Count == 0)
            throw new CheckpointException(Path.Combine(folder, FileName), $"lists no files of a {part}; this folder holds none.");
        foreach (string name in needed)
        {
            if (!files.ContainsKey(name))
                throw new CheckpointException(Path.Combine(folder, name), $"was not written with this {part} ('{FileName}' does not list it).");
        }

        foreach ((string name, FileProof proof) in files)
        {
            string path = Path.Combine(folder, name);
            if (FileStatus.Of(path).Kind == FileKind.Missing)
                throw new CheckpointException(path, $"is missing; it was written with the other files of this {part}.");
            if (!proof.Matches(path))
                throw new CheckpointException(
                    path,
                    $"is not the file that was written with the others of this {part}: length or content differs. "
                        + $"Put back the original, or use another {part}.");
        }
    }

    /// <summary>Whether the manifest of a folder lists files of a part.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="part">The part.</param>
    /// <exception cref="CheckpointException">The manifest is malformed.</exception>
    public static bool Lists(string folder, string part)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        return ManifestContent.Read(folder)?.FilesOf(part).Any() == true;
    }
}
