using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Tests.Support;

/// <summary>Expected results that belong to this project alone, so that they lie in its own folder even where ADAPTER_FIXTURES names another.</summary>
public static class GoldenFiles
{
    /// <summary>A file in tests/Fixtures, which must be there.</summary>
    public static string PathOf(params string[] parts)
    {
        string path = Path.Combine([SolutionFolder.Find(), "tests", "Fixtures", .. parts]);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The expected results {path} are missing.", path);
    }
}
