using System.IO.Compression;

namespace AdapterToolkit.Package.Tests;

/// <summary>Reads a package.</summary>
internal static class PackageFile
{
    /// <summary>
    /// The files of a package by name, without the two that hold an identifier which NuGet draws anew each time: the core properties
    /// and the relation to them.
    /// </summary>
    /// <param name="path">The package.</param>
    public static Dictionary<string, byte[]> Read(string path)
    {
        using ZipArchive package = ZipFile.OpenRead(path);
        Dictionary<string, byte[]> files = [];
        foreach (ZipArchiveEntry entry in package.Entries.Where(entry => !entry.FullName.EndsWith(".psmdcp", StringComparison.Ordinal)
            && entry.FullName != "_rels/.rels"))
        {
            using MemoryStream content = new();
            using (Stream stream = entry.Open())
                stream.CopyTo(content);
            files.Add(entry.FullName, content.ToArray());
        }

        return files;
    }
}
