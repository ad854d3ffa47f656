using AdapterToolkit.Modules;
using AdapterToolkit.Tests.Shared;
using Microsoft.Build.Logging.StructuredLogger;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// How long a user waits for the compiler: five annotated layer classes, compiled with the source generator and without the analyzers,
/// by a compiler that starts anew, and by one that runs already after an edit of a class that is not annotated.
/// </summary>
internal static class CompileTime
{
    private const int Repetitions = 5;
    private const double AskedCold = 6, AskedWarm = 3;
    private const string Generator = "AdapterToolkit.Generators";

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

    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("adapter-toolkit-compile-").FullName;
        try
        {
            string project = Path.Combine(folder, "project", "Five.csproj");
            Write(project, BuildGenerator(folder));
            double cold = Median(Enumerable.Range(0, Repetitions).Select(i => Compile(project, i, "-p:UseSharedCompilation=false")));

            // The first of these starts the compiler that the others find, unless one runs already.
            const string Shared = "-p:UseSharedCompilation=true";
            Compile(project, Repetitions, Shared);
            double warm = Median(Enumerable.Range(Repetitions + 1, Repetitions).Select(i => Compile(project, i, Shared)));
            FileInfo assembly = new(Path.Combine(folder, "project", "bin", "Five.dll"));
            ReportTable table = new("five annotated classes", "compiler, seconds (median)", "asked", "");
            table.Add("a compiler that starts", ReportTable.Number(cold, "F2"), $"<= {AskedCold}", ReportTable.Judge(cold <= AskedCold));
            table.Add("a compiler that runs", ReportTable.Number(warm, "F2"), $"<= {AskedWarm}", ReportTable.Judge(warm <= AskedWarm));
            table.Print();
            Console.WriteLine($"The assembly has {assembly.Length:N0} bytes.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Builds the generator.</summary>
    /// <returns>Its file.</returns>
    private static string BuildGenerator(string folder)
    {
        string built = Path.Combine(folder, "generator");
        Console.WriteLine("Building the generator ...");
        SideProcess.Run(["dotnet", "build", Path.Combine(SolutionFolder.Find(), "generators", Generator), "-c", "Release", "-o", built, "-v", "quiet"]);
        return Path.Combine(built, Generator + ".dll");
    }

    private static void Write(string project, string generator)
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
                <Analyzer Include="{generator}" />
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
        string folder = Path.GetDirectoryName(project)!, log = Path.Combine(folder, $"{edit}.binlog");
        File.WriteAllText(Path.Combine(folder, "Other.cs"), $"namespace Five; internal static class Other {{ public const int Edit = {edit}; }}");
        SideProcess.Run(["dotnet", "build", project, "--no-restore", "-v", "quiet", $"-bl:{log}", option]);
        return BinaryLog.ReadBuild(log).FindChildrenRecursive<CscTask>().Sum(task => task.Duration.TotalSeconds);
    }

    private static double Median(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted[sorted.Length / 2];
    }
}
