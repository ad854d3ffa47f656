using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Package.Tests;

/// <summary>
/// The sources of the packages in a folder of their own, as a clone of the published repository has them: with a commit and a
/// remote, which SourceLink reads, and without anything that was built.
/// </summary>
internal static class SourceCopy
{
    /// <summary>The commit that the copies are at.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Where the sources of that commit are published.</summary>
    public const string Published = "https://raw.githubusercontent.com/adapter-toolkit/adapter-toolkit/" + Commit + "/";

    private static readonly string[] s_folders = ["src", "generators", "analyzers"];

    /// <summary>Copies the sources.</summary>
    /// <param name="folder">A folder that does not exist yet.</param>
    public static void To(string folder)
    {
        string solution = SolutionFolder.Find();
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(solution).Where(file => Path.GetFileName(file) is not ".git"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        foreach (string part in s_folders)
            Copy(Path.Combine(solution, part), Path.Combine(folder, part));

        string repository = Path.Combine(folder, ".git");
        foreach (string part in (string[])["objects", "refs/heads"])
            Directory.CreateDirectory(Path.Combine(repository, part));
        File.WriteAllText(Path.Combine(repository, "HEAD"), Commit + "\n");
        File.WriteAllText(Path.Combine(repository, "config"), "[core]\n\trepositoryformatversion = 0\n"
            + "[remote \"origin\"]\n\turl = https://github.com/adapter-toolkit/adapter-toolkit.git\n");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj")))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
