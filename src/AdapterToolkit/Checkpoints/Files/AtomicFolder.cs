namespace AdapterToolkit.Checkpoints;

/// <summary>Writes a folder of files that belong together (a configuration and its tensors) so that no reader sees a half-written one.</summary>
public static class AtomicFolder
{
    /// <summary>
    /// Prepares a temporary folder beside <paramref name="folder"/>, and puts it in place when <paramref name="fill"/> has returned.
    /// </summary>
    /// <remarks>
    /// A folder that holds nothing but files written anew is exchanged as a whole. One that holds other files too keeps them: the new files
    /// then replace the old ones one by one, each by a rename. An error leaves what was there before in place.
    /// </remarks>
    /// <param name="folder">The folder to create or replace.</param>
    /// <param name="fill">Writes the files; it is given the temporary folder's path. Subfolders are not supported.</param>
    public static void Write(string folder, Action<string> fill)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(fill);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string parent = Path.GetDirectoryName(target) ?? throw new ArgumentException($"'{folder}' is a file system's root.", nameof(folder));
        if (File.Exists(target))
            throw new IOException($"{target}: cannot write a folder here, a file of this name exists.");

        Directory.CreateDirectory(parent);
        string temporary = Path.Combine(parent, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            fill(temporary);
            if (!Directory.Exists(target))
                Directory.Move(temporary, target);
            else if (CanExchange(target, temporary))
                Exchange(target, temporary);
            else
                MoveFiles(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>A link, or a folder with anything that the new one lacks, must stay itself.</summary>
    private static bool CanExchange(string target, string temporary)
        => new DirectoryInfo(target).LinkTarget is null
            && Directory.EnumerateFileSystemEntries(target).All(entry => File.Exists(entry) && File.Exists(Path.Combine(temporary, Path.GetFileName(entry))));

    private static void Exchange(string target, string temporary)
    {
        string old = temporary + ".old";
        Directory.Move(target, old);
        try
        {
            Directory.Move(temporary, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }

        Directory.Delete(old, recursive: true);
    }

    private static void MoveFiles(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from))
            File.Move(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }
}
