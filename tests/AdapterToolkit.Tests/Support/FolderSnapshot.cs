using System.IO.Hashing;
using System.Text;

namespace AdapterToolkit.Tests.Support;

/// <summary>All that a folder holds, hidden files too, as lines of text that can be compared: path, kind and content.</summary>
internal static class FolderSnapshot
{
    /// <summary>Reads it.</summary>
    public static string Of(string folder)
    {
        StringBuilder text = new();
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, path);
            FileInfo file = new(path);
            string mode = OperatingSystem.IsWindows() ? "" : file.UnixFileMode.ToString();
            if (file.LinkTarget is { } target)
                text.Append(name).Append(" -> ").Append(target).Append('\n');
            else if (file.Exists)
                text.Append(name).Append(" [").Append(mode).Append("] = ").Append(Convert.ToHexString(XxHash128.Hash(File.ReadAllBytes(path)))).Append('\n');
            else
                text.Append(name).Append("/\n");
        }

        return text.ToString();
    }
}
