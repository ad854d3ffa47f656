namespace AdapterToolkit.Formats;

/// <summary>Finds the files in a folder and its subfolders. Links are followed; one that leads back to a folder around it is refused.</summary>
internal static class DataFolder
{
    /// <summary>All that a folder holds and that is no folder itself, dangling links and pipes included.</summary>
    /// <exception cref="DataFileException">A folder may not be read, or a link leads back to a folder that holds it.</exception>
    public static IEnumerable<string> FilesOf(string folder, CancellationToken cancellationToken) => FilesOf(folder, [], cancellationToken);

    private static IEnumerable<string> FilesOf(string folder, List<string> around, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string itself = Target(folder, around);
        if (around.Contains(itself))
            throw new DataFileException(
                folder, $"the link leads back to '{itself}', which holds it, so the files would be read again and again. Remove the link.");
        around.Add(itself);
        foreach (string entry in Entries(folder))
        {
            if (!Directory.Exists(entry))
            {
                yield return entry;
                continue;
            }

            foreach (string file in FilesOf(entry, around, cancellationToken))
                yield return file;
        }

        around.RemoveAt(around.Count - 1);
    }

    /// <summary>The folder that a path names once links are followed. Of a folder that is no link it is its name in the one around it.</summary>
    private static string Target(string folder, List<string> around)
    {
        DirectoryInfo information = new(folder);
        if (information.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            return Path.TrimEndingDirectorySeparator(target.FullName);
        return around is [.., var outer] ? Path.Combine(outer, information.Name) : Path.TrimEndingDirectorySeparator(information.FullName);
    }

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFileException(folder, $"the folder can not be read: {exception.Message}", innerException: exception);
        }
    }
}
