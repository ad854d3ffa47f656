using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Tests.Support;

/// <summary>The golden cases: the folder in ADAPTER_FIXTURES, or tests/Fixtures of this solution.</summary>
public static class Fixtures
{
    /// <summary>The folder of all cases.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("ADAPTER_FIXTURES") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : OwnRoot;

    private static string OwnRoot => Path.Combine(SolutionFolder.Find(), "tests", "Fixtures");

    /// <summary>A file or folder of inputs or results that belong to this project alone, in its own folder even where ADAPTER_FIXTURES names another.</summary>
    public static string OwnPathOf(params string[] parts) => Existing(Path.Combine([OwnRoot, .. parts]));

    /// <summary>A file or folder of the cases, which must be there.</summary>
    public static string PathOf(params string[] parts) => Existing(Path.Combine([Root, .. parts]));

    /// <summary>The files of a folder that match a pattern, in order; at least one.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(Root, folder);
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
        if (files.Length == 0)
            throw new FileNotFoundException($"The folder {path} has no golden case '{pattern}'.");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static string Existing(string path) => Path.Exists(path) ? path : throw new FileNotFoundException($"The golden case {path} is missing.", path);
}
