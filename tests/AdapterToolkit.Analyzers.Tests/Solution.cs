namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Finds the files of the solution that the tests were built from.</summary>
internal static class Solution
{
    /// <summary>The folder of the solution.</summary>
    public static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Toolkit.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Toolkit.sln.");
    }
}
