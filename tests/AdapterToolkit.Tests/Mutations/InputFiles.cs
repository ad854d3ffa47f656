namespace AdapterToolkit.Tests.Mutations;

/// <summary>Undamaged inputs.</summary>
internal static class InputFiles
{
    /// <summary>The files of a folder and its subfolders, by their names relative to it.</summary>
    /// <param name="folder">The folder.</param>
    public static Dictionary<string, byte[]> Of(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);

    /// <summary>The files that something writes into an empty folder.</summary>
    /// <param name="write">Writes them; it is given the folder.</param>
    public static Dictionary<string, byte[]> Written(Action<string> write)
    {
        using Support.TemporaryFolder folder = new();
        string path = folder["files"];
        Directory.CreateDirectory(path);
        write(path);
        return Of(path);
    }
}
