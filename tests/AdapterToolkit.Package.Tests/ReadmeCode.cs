using System.Text;
using System.Text.RegularExpressions;
using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Package.Tests;

/// <summary>
/// The C# blocks of README.md. Each is a file of one program, which its first line names; those marked <c>excerpt</c> show what the compiler generated.
/// </summary>
/// <param name="Files">The program's files, by name.</param>
/// <param name="Generated">What is said to be generated.</param>
internal sealed partial record ReadmeCode(IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> Generated)
{
    /// <summary>The names that the README leaves out in front of types.</summary>
    private static readonly string[] s_leftOut =
    [
        "global::AdapterToolkit.Tensors.", "global::AdapterToolkit.Operators.", "global::AdapterToolkit.CompilerServices.",
        "global::System.Runtime.Intrinsics.", "global::System.Runtime.CompilerServices.",
    ];

    /// <summary>Reads README.md.</summary>
    public static ReadmeCode Read()
    {
        string text = File.ReadAllText(Path.Combine(SolutionFolder.Find(), "README.md")).ReplaceLineEndings("\n");
        Dictionary<string, string> files = [];
        List<string> generated = [];
        foreach (Match match in Block().Matches(text))
        {
            string block = match.Groups["code"].Value;
            if (match.Groups["excerpt"].Success)
                generated.Add(block);
            else
                files.Add(FileName().Match(block).Groups["name"].Value, block);
        }

        return new ReadmeCode(files, generated);
    }

    /// <summary>The program's files as one: the directives of all, the statements of one file, the types of the others.</summary>
    /// <param name="statements">The file with statements, which replaces that of its name.</param>
    /// <param name="types">The name of a file with types.</param>
    public string InOneFile(string statements, string types)
    {
        string[] lines = [.. statements.Split('\n'), .. Files[types].Split('\n')];
        StringBuilder file = new();
        foreach (string line in lines.Where(IsUsing).Distinct().Concat(lines.Where(line => !IsUsing(line))))
            file.Append(line).Append('\n');
        return file.ToString();

        static bool IsUsing(string line) => UsingDirective().IsMatch(line);
    }

    /// <summary>Whether generated text contains a block, spaces and the names of namespaces aside.</summary>
    /// <param name="generated">The text of generated files.</param>
    /// <param name="block">The block.</param>
    public static bool IsIn(string generated, string block) => Normal(generated).Contains(Normal(block), StringComparison.Ordinal);

    private static string Normal(string text) =>
        Space().Replace(s_leftOut.Aggregate(text, (current, name) => current.Replace(name, "", StringComparison.Ordinal)), " ").Trim();

    [GeneratedRegex(@"^```csharp(?<excerpt> excerpt)?\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\A// (?<name>\w+\.cs)\b")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
