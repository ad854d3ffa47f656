namespace AdapterToolkit.Checkpoints;

/// <summary>Tells which files a folder has, where some of them may be symbolic links, as in the folders of Hugging Face's cache.</summary>
internal static class FolderFiles
{
    /// <summary>Whether there is a file, or a link to one.</summary>
    /// <exception cref="CheckpointException">There is a link that leads nowhere: a file that is lost, not one that was never there.</exception>
    public static bool Exists(string path)
    {
        ThrowIfDangling(new FileInfo(path));
        return File.Exists(path);
    }

    /// <summary>Refuses a link that leads nowhere.</summary>
    /// <exception cref="CheckpointException">The link's target is missing.</exception>
    public static void ThrowIfDangling(FileSystemInfo entry)
    {
        if (entry.LinkTarget is { } target && !LeadsSomewhere(entry))
            throw new CheckpointException(entry.FullName, $"is a symbolic link to '{Excerpt.Of(target)}', which is missing. Restore what it points to, or remove the link.");
    }

    private static bool LeadsSomewhere(FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is { } final && Path.Exists(final.FullName) && final.LinkTarget is null;
        }
        catch (IOException)
        {
            // Links that lead to each other.
            return false;
        }
    }
}
