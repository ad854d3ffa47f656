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
                text.AppendLine($"{name} -> {target}");
            else if (file.Exists)
                text.AppendLine($"{name} [{mode}] = {Convert.ToHexString(System.IO.Hashing.XxHash128.Hash(File.ReadAllBytes(path)))}");
            else
                text.AppendLine($"{name}/");
        }

        return text.ToString();
    }
}
