using System.Diagnostics;
using AdapterToolkit.Modules;
using AdapterToolkit.Tests.Shared;
using Microsoft.Build.Logging.StructuredLogger;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// How long a user waits for the compiler: five annotated layer classes, compiled with the source generator and without the analyzers,
/// by a compiler that starts anew, and by one that runs already after an edit of a class that is not annotated; and for a whole build with the analyzers.
/// </summary>
internal static class CompileTime
{
    private const int Repetitions = 5;
    private const double AskedCold = 6, AskedWarm = 3;

    /// <summary>How long a whole build with the analyzers may take, in seconds.</summary>
    public const double AskedBuild = 7;

    private const string Generator = "AdapterToolkit.Generators", Analyzers = "AdapterToolkit.Analyzers";

    private const string Layers = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        namespace Five;

        [LowRank(8), Quantized(4)]
        public sealed partial class First(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [LowRank(16), Quantized(4)]
        public sealed partial class Second(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [LowRank(8), Quantized(8)]
        public sealed partial class Third(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [LowRank(4)]
        public sealed partial class Fourth(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [Quantized(4)]
        public sealed partial class Fifth(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;

    /// <summary>Measures everything.</summary>
    public static void Run() => InFolder((folder, project) =>
    {
        Write(project, Build("generators", Generator, folder));
        double cold = Median(Enumerable.Range(0, Repetitions).Select(i => Compile(project, i, "-p:UseSharedCompilation=false")));

        // The first of these starts the compiler that the others find, unless one runs already.
        const string Shared = "-p:UseSharedCompilation=true";
        Compile(project, Repetitions, Shared);
        double warm = Median(Enumerable.Range(Repetitions + 1, Repetitions).Select(i => Compile(project, i, Shared)));

        // The analyzers join last, so that the figures before are the compiler's and the generator's alone.
        double build = WholeBuild(folder, project);
        FileInfo assembly = new(Path.Combine(folder, "project", "bin", "Five.dll"));
        ReportTable table = new("five annotated classes", "compiler, seconds (median)", "asked", "");
        table.Add("a compiler that starts", ReportTable.Number(cold, "F2"), $"<= {AskedCold}", ReportTable.Judge(cold <= AskedCold));
        table.Add("a compiler that runs", ReportTable.Number(warm, "F2"), $"<= {AskedWarm}", ReportTable.Judge(warm <= AskedWarm));
        table.Add("a whole build with the analyzers, a compiler that starts", ReportTable.Number(build, "F2"), $"<= {AskedBuild}",
            ReportTable.Judge(build <= AskedBuild));
        table.Print();
        Console.WriteLine($"The assembly has {assembly.Length:N0} bytes.");
    });

    /// <summary>How long a whole build of the classes takes with the generator and the analyzers, in seconds.</summary>
    public static double WholeBuild()
    {
        double seconds = 0;
        InFolder((folder, project) => seconds = WholeBuild(folder, project));
        return seconds;
    }

    private static double WholeBuild(string folder, string project)
    {
        Write(project, Build("generators", Generator, folder), Build("analyzers", Analyzers, folder));
        return Median(Enumerable.Range((2 * Repetitions) + 1, Repetitions).Select(i => BuildOnce(project, i)));
    }

    private static void InFolder(Action<string, string> measure)
    {
        string folder = Directory.CreateTempSubdirectory("adapter-toolkit-compile-").FullName;
        try
        {
            measure(folder, Path.Combine(folder, "project", "Five.csproj"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Builds the generator, or the analyzers.</summary>
    /// <returns>The assembly.</returns>
    private static string Build(string room, string name, string folder)
    {
        string built = Path.Combine(folder, name);
        Console.WriteLine($"Building {name} ...");
        SideProcess.Run(["dotnet", "build", Path.Combine(SolutionFolder.Find(), room, name), "-c", "Release", "-o", built, "-v", "quiet"]);
        return Path.Combine(built, name + ".dll");
    }

    private static void Write(string project, params string[] analyzers)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        string library = Path.GetDirectoryName(typeof(Linear).Assembly.Location)!;
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <OutputPath>bin/</OutputPath>
                <AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{Path.Combine(library, "AdapterToolkit.dll")}" />
                <Reference Include="{Path.Combine(library, "ILGPU.dll")}" />
                <Reference Include="{Path.Combine(library, "ILGPU.Algorithms.dll")}" />
                <Analyzer Include="{string.Join(';', analyzers)}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(project)!, "Layers.cs"), Layers);
        SideProcess.Run(["dotnet", "restore", project, "-v", "quiet"]);
    }

    /// <summary>Compiles the project after an edit of a class that is not annotated.</summary>
    /// <returns>How long the compiler ran, in seconds.</returns>
    private static double Compile(string project, int edit, string option)
    {
        string log = Path.Combine(Path.GetDirectoryName(project)!, $"{edit}.binlog");
        Edit(project, edit);
        SideProcess.Run(["dotnet", "build", project, "--no-restore", "-v", "quiet", $"-bl:{log}", option]);
        return BinaryLog.ReadBuild(log).FindChildrenRecursive<CscTask>().Sum(task => task.Duration.TotalSeconds);
    }

    /// <summary>Builds the project after an edit.</summary>
    /// <returns>How long the whole build ran, in seconds.</returns>
    private static double BuildOnce(string project, int edit)
    {
        Edit(project, edit);
        Stopwatch watch = Stopwatch.StartNew();
        SideProcess.Run(["dotnet", "build", project, "--no-restore", "-v", "quiet", "-p:UseSharedCompilation=false"]);
        return watch.Elapsed.TotalSeconds;
    }

    private static void Edit(string project, int edit) => File.WriteAllText(Path.Combine(Path.GetDirectoryName(project)!, "Other.cs"),
        $"namespace Five; internal static class Other {{ public const int Edit = {edit}; }}");

    private static double Median(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted[sorted.Length / 2];
    }
}
