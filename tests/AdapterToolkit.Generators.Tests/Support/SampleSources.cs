using System.Runtime.CompilerServices;

namespace AdapterToolkit.Generators.Tests.Support;

/// <summary>The files of the Llama sample.</summary>
internal static class SampleSources
{
    /// <summary>Reads all of them, in the order of their names.</summary>
    public static string[] Llama()
    {
        string folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../samples/Llama"));
        string[] files = [.. Directory.GetFiles(folder, "*.cs").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new FileNotFoundException($"There is no file of the Llama sample in {folder}.");
        return [.. files.Select(File.ReadAllText)];
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
