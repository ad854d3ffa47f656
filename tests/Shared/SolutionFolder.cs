namespace AdapterToolkit.Tests.Shared;

/// <summary>Finds the files of the solution that the tests were built from.</summary>
internal static class SolutionFolder
{
    /// <summary>The folder of the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run outside it.</exception>
    public static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Toolkit.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Toolkit.sln.");
    }
}
