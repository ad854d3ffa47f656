using System.Globalization;
using AdapterToolkit.Tests.Shared;
using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>No line of C# is longer than <c>.editorconfig</c>'s <c>max_line_length</c>, but in what the generator printed.</summary>
public sealed class LineLengthTests
{
    private const string Setting = "max_line_length = ";

    private static readonly string s_solution = SolutionFolder.Find();

    private static readonly int s_most = int.Parse(
        File.ReadLines(Path.Combine(s_solution, ".editorconfig")).Single(line => line.StartsWith(Setting, StringComparison.Ordinal))[Setting.Length..],
        CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("analyzers")]
    [InlineData("generators")]
    [InlineData("samples")]
    [InlineData("src")]
    [InlineData("tests")]
    public void NoLineIsTooLong(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(s_solution, folder), "*.cs", SearchOption.AllDirectories).Where(IsWritten)];

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => TooLong(Path.GetRelativePath(s_solution, file), File.ReadLines(file))));
    }

    [Fact]
    public void ALineThatIsTooLongIsNamed()
    {
        string longest = new('x', s_most);
        Assert.Equal([$"File.cs:2: {s_most + 1} columns"], TooLong("File.cs", [longest, longest + "x", ""]));
    }

    private static IEnumerable<string> TooLong(string path, IEnumerable<string> lines) =>
        lines.Select((line, index) => (line.Length, Number: index + 1))
            .Where(line => line.Length > s_most)
            .Select(line => $"{path}:{line.Number}: {line.Length} columns");

    // Snapshots hold what the generator prints; bin and obj, what builds leave.
    private static bool IsWritten(string path) =>
        !path.EndsWith(".verified.cs", StringComparison.Ordinal) && !path.EndsWith(".received.cs", StringComparison.Ordinal)
            && !Path.GetRelativePath(s_solution, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
