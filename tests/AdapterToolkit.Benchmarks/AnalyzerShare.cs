using System.Globalization;
using AdapterToolkit.Tests.Shared;
using Microsoft.Build.Logging.StructuredLogger;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// What the analyzers add to a build: the time that the compiler's <c>-reportanalyzer</c> gives for them, beside the compiler's own.
/// Every project of the solution is compiled with the rules, whether it uses them otherwise or not.
/// </summary>
internal static class AnalyzerShare
{
    private const double Asked = 0.10;
    private const string Analyzers = "AdapterToolkit.Analyzers";

    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("adapter-toolkit-analyzers-").FullName;
        try
        {
            List<Compilation> compilations = [.. Compilations(Build(folder))];
            ReportTable table = new("project", "compilation, seconds", "all analyzers, seconds", "the rules, seconds", "the rules' share", "asked", "");
            foreach (Compilation compilation in compilations.OrderByDescending(compilation => compilation.Rules))
                table.Add(compilation.Project, Seconds(compilation.Compiler), Seconds(compilation.AllAnalyzers),
                    Seconds(compilation.Rules), Percent(compilation.Rules / compilation.Compiler), "", "");
            double compiler = compilations.Sum(compilation => compilation.Compiler), rules = compilations.Sum(compilation => compilation.Rules);
            table.Add("whole solution", Seconds(compiler), Seconds(compilations.Sum(compilation => compilation.AllAnalyzers)),
                Seconds(rules), Percent(rules / compiler), "< " + Percent(Asked), ReportTable.Judge(rules < Asked * compiler));
            table.Print();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Builds the analyzers, then everything with them.</summary>
    /// <returns>The binary log of the second build.</returns>
    private static string Build(string folder)
    {
        string solution = SolutionFolder.Find();
        string first = Path.Combine(folder, "first"), log = Path.Combine(folder, "build.binlog"), targets = Path.Combine(folder, "WithRules.targets");
        Console.WriteLine("Building the analyzers ...");
        SideProcess.Run(["dotnet", "build", Path.Combine(solution, "analyzers", Analyzers), "-c", "Release", "--artifacts-path", first, "-v", "quiet"]);
        string rules = Directory.GetFiles(first, Analyzers + ".dll", SearchOption.AllDirectories)
            .First(file => file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        File.WriteAllText(targets, $"""
            <Project>
              <ItemGroup>
                <Analyzer Include="{rules}" />
              </ItemGroup>
              <Target Name="UseTheseRulesOnly" BeforeTargets="CoreCompile">
                <ItemGroup>
                  <Analyzer Remove="@(Analyzer)" Condition="'%(Filename)' == '{Analyzers}' And '%(FullPath)' != '{rules}'" />
                </ItemGroup>
              </Target>
            </Project>
            """);
        Console.WriteLine("Building the solution with them ...");
        SideProcess.Run(
        [
            "dotnet", "build", Path.Combine(solution, "Toolkit.sln"), "--artifacts-path", Path.Combine(folder, "second"), "-v", "quiet", "-m:1",
            "-p:ReportAnalyzer=true", "-p:TreatWarningsAsErrors=false", $"-p:CustomAfterMicrosoftCSharpTargets={targets}", $"-bl:{log}",
        ]);
        return log;
    }

    private static IEnumerable<Compilation> Compilations(string log)
    {
        foreach (CscTask task in BinaryLog.ReadBuild(log).FindChildrenRecursive<CscTask>())
        {
            string[] lines = [.. task.FindChildrenRecursive<Message>().Select(message => message.Text.Trim())];
            yield return new Compilation(
                task.GetNearestParent<Project>()!.Name,
                task.Duration.TotalSeconds,
                lines.Where(line => line.StartsWith("Total analyzer execution time:", StringComparison.Ordinal)).Sum(line => Number(line.Split(' ')[4])),
                lines.Where(line => line.Contains(Analyzers + ",", StringComparison.Ordinal)).Sum(line => Number(line.Split(' ')[0])));
        }
    }

    private static double Number(string text) =>
        double.TryParse(text.TrimStart('<'), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static string Seconds(double seconds) => ReportTable.Number(seconds, "F2");

    private static string Percent(double share) => ReportTable.Number(share * 100, "F1") + " %";

    /// <summary>The compilation of one project.</summary>
    /// <param name="Project">The project.</param>
    /// <param name="Compiler">How long the compiler ran, in seconds.</param>
    /// <param name="AllAnalyzers">The time of all analyzers in it, added up.</param>
    /// <param name="Rules">The time of the toolkit's rules among them.</param>
    private sealed record Compilation(string Project, double Compiler, double AllAnalyzers, double Rules);
}
