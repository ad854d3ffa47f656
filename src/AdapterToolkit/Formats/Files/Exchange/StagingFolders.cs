using System.Collections.Concurrent;

namespace AdapterToolkit.Formats;

/// <summary>
/// The folders that are being filled at this moment. What is written into one of them needs no exchange of its own: the folder counts as a whole, later.
/// </summary>
internal static class StagingFolders
{
    private static readonly ConcurrentDictionary<string, bool> s_folders = new(StringComparer.Ordinal);

    /// <summary>Fills a folder.</summary>
    public static void Fill(string folder, Action<string> fill)
    {
        s_folders[folder] = true;
        try
        {
            fill(folder);
        }
        finally
        {
            s_folders.TryRemove(folder, out _);
        }
    }

    /// <summary>Whether a path is one of the folders, or lies in one.</summary>
    public static bool Hold(string path) =>
        s_folders.Keys.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)
            && (path.Length == folder.Length || path[folder.Length] == Path.DirectorySeparatorChar));
}
