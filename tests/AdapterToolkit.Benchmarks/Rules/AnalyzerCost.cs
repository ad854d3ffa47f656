using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AdapterToolkit.Analyzers.Rules;
using AdapterToolkit.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>
/// What the rules cost a compilation in CPU time, beside the compiler's own: over synthetic code of the size of a large assembly and over the samples, at a
/// keystroke, and in a compiler that starts. The figures of a compilation are those of a process in which everything ran once before.
/// </summary>
internal static class AnalyzerCost
{
    /// <summary>The verb of the process that compiles once.</summary>
    public const string SideVerb = "analyzers-side";

    /// <summary>The lines of a large assembly.</summary>
    public const int Lines = 200_000;

    private const int WarmUp = 4_000;
    private const int FilesOfAnEditor = 500;
    private const int Keystrokes = 30, WarmKeystrokes = 5;
    private const double AskedStart = 150, AskedKeystroke = 50, AskedInForward = 100, AskedOfGenerator = 20;

    /// <summary>Measures everything.</summary>
    /// <param name="rounds">How often each compilation is repeated; its best round counts.</param>
    /// <param name="lines">How many lines each kind of code has at least.</param>
    /// <param name="perAnalyzer">Whether the time of each analyzer is printed too.</param>
    public static void Run(int rounds, int lines, bool perAnalyzer)
    {
        // The first round warms up, and does not count alone.
        rounds = Math.Max(rounds, 2);
        ReportTable table = new("what the rules cost", "of", "CPU time", "share of the compiler's", "asked", "");
        foreach (CodeKind kind in CodeKind.All)
            AddShare(table, kind, rounds, lines, perAnalyzer);
        AddTime(table, "a compiler that starts", "2,000 lines", Start(rounds), AskedStart);
        foreach (CodeKind kind in CodeKind.All.Where(kind => kind.Share is not null))
        {
            AddTime(table, "a keystroke", kind.Name, Keystroke(kind, SyntheticEdit.InBody), AskedKeystroke);
            if (kind.HasForward)
                AddTime(table, "a keystroke in Forward", kind.Name, Keystroke(kind, SyntheticEdit.InForward), AskedInForward);
        }

        AddTime(table, "a keystroke, the generator", CodeKind.Toolkit.Name, GeneratorKeystroke(), AskedOfGenerator);
        double build = CompileTime.WholeBuild();
        table.Add("a whole build, elapsed", "five annotated classes", ReportTable.Number(build, "F2") + " s", "", $"<= {CompileTime.AskedBuild} s",
            ReportTable.Judge(build <= CompileTime.AskedBuild));
        table.Print();
    }

    /// <summary>Compiles once.</summary>
    /// <param name="withRules">Whether the rules look on.</param>
    public static void RunSide(bool withRules)
    {
        CSharpCompilation compilation = Compile(CodeKind.WithAdapters.Sources(2_000));
        Diagnose(compilation, withRules ? Analyzers() : [new SilentAnalyzer()]).GetAwaiter().GetResult();
        Emit(compilation);
        Console.WriteLine(Environment.CpuUsage.TotalTime.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    private static void AddShare(ReportTable table, CodeKind kind, int rounds, int lines, bool perAnalyzer)
    {
        Compare(kind.Sources(Math.Min(lines, WarmUp)), rounds: 1);
        IReadOnlyList<string> sources = kind.Sources(lines);
        if (perAnalyzer)
            Print(kind, Compile(sources), Analyzers());
        (double compiler, double silent, double watched, int reports) = Compare(sources, rounds);
        double cost = watched - silent, share = cost / compiler;
        string written = sources.Sum(source => source.AsSpan().Count('\n')).ToString("N0", CultureInfo.InvariantCulture);
        table.Add("a compilation", $"{kind.Name}, {written} lines", ReportTable.Number(cost, "F2") + " s", ReportTable.Number(share, "F3"),
            kind.Share is { } asked ? $"<= {ReportTable.Number(asked, "F2")}" : "", kind.Share is { } most ? ReportTable.Judge(share <= most) : "");
        Console.WriteLine(FormattableString.Invariant(
            $"{kind.Name}: {reports} reports; the compiler {compiler:F2} s; with an analyzer that does nothing {silent:F2} s, with the rules {watched:F2} s"));
    }

    /// <summary>The CPU seconds of the compiler alone, of an analyzer that does nothing, and of the rules.</summary>
    private static (double Compiler, double Silent, double Watched, int Reports) Compare(IReadOnlyList<string> sources, int rounds)
    {
        double compiler = double.MaxValue, silent = double.MaxValue, watched = double.MaxValue;
        int reports = 0;
        for (int round = 0; round < rounds; round++)
        {
            compiler = Math.Min(compiler, Cpu(() => Emit(Compile(sources))));
            CSharpCompilation one = Compile(sources), other = Compile(sources);
            silent = Math.Min(silent, Cpu(() => Diagnose(one, [new SilentAnalyzer()]).GetAwaiter().GetResult()));
            watched = Math.Min(watched, Cpu(() => reports = Diagnose(other, Analyzers()).GetAwaiter().GetResult().Length));
        }

        return (compiler, silent, watched, reports);
    }

    private static void AddTime(ReportTable table, string what, string of, double milliseconds, double asked) =>
        table.Add(what, of, ReportTable.Number(milliseconds, "F1") + " ms", "", $"<= {asked} ms", ReportTable.Judge(milliseconds <= asked));

    private static void Print(CodeKind kind, CSharpCompilation compilation, ImmutableArray<DiagnosticAnalyzer> rules)
    {
        CompilationWithAnalyzers analysis = compilation.WithAnalyzers(rules);
        analysis.GetAnalyzerDiagnosticsAsync(CancellationToken.None).GetAwaiter().GetResult();
        foreach (DiagnosticAnalyzer rule in rules)
        {
            TimeSpan time = analysis.GetAnalyzerTelemetryInfoAsync(rule, CancellationToken.None).GetAwaiter().GetResult().ExecutionTime;
            Console.WriteLine(FormattableString.Invariant($"{kind.Name}: {rule.GetType().Name} {time.TotalMilliseconds:F0} ms"));
        }
    }

    private static double Start(int rounds)
    {
        double with = double.MaxValue, without = double.MaxValue;
        for (int round = 0; round < Math.Max(rounds, 3); round++)
        {
            without = Math.Min(without, Side("false"));
            with = Math.Min(with, Side("true"));
        }

        return with - without;

        static double Side(string withRules) => double.Parse(SideProcess.RunOurs(SideVerb, withRules), CultureInfo.InvariantCulture);
    }

    private static double Keystroke(CodeKind kind, Func<string, int, string?> edit)
    {
        List<string> sources = [.. kind.Sources(FilesOfAnEditor * 100).Take(FilesOfAnEditor)];
        CSharpCompilation compilation = Compile(sources);
        compilation.GetDiagnostics();
        SyntaxTree[] trees = [.. compilation.SyntaxTrees];
        ImmutableArray<DiagnosticAnalyzer> rules = Analyzers();
        List<double> milliseconds = [];
        for (int i = 0; i < Keystrokes; i++)
        {
            (int file, string edited) = Edited(trees, edit, i);
            SyntaxTree tree = trees[file].WithChangedText(SourceText.From(edited, Encoding.UTF8));
            compilation = compilation.ReplaceSyntaxTree(trees[file], tree);
            trees[file] = tree;
            SemanticModel model = compilation.GetSemanticModel(tree);
            model.GetDiagnostics();
            CSharpCompilation current = compilation;
            double silent = Cpu(() => Document(current, tree, [new SilentAnalyzer()])), watched = Cpu(() => Document(current, tree, rules));
            if (i >= WarmKeystrokes)
                milliseconds.Add(1000 * (watched - silent));
        }

        return Median(milliseconds);
    }

    private static void Document(CSharpCompilation compilation, SyntaxTree tree, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        CompilationWithAnalyzers analysis = compilation.WithAnalyzers(analyzers);
        analysis.GetAnalyzerSyntaxDiagnosticsAsync(tree, CancellationToken.None).GetAwaiter().GetResult();
        analysis.GetAnalyzerSemanticDiagnosticsAsync(analysis.Compilation.GetSemanticModel(tree), null, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static double GeneratorKeystroke()
    {
        List<string> sources = [.. CodeKind.Toolkit.WrittenSources(FilesOfAnEditor * 100).Take(FilesOfAnEditor)];
        CSharpCompilation compilation = Compile(sources);
        GeneratorDriver driver = Driver().RunGenerators(compilation);
        SyntaxTree[] trees = [.. compilation.SyntaxTrees];
        List<double> milliseconds = [];
        for (int i = 0; i < Keystrokes; i++)
        {
            (int file, string edited) = Edited(trees, SyntheticEdit.InBody, i);
            SyntaxTree tree = trees[file].WithChangedText(SourceText.From(edited, Encoding.UTF8));
            compilation = compilation.ReplaceSyntaxTree(trees[file], tree);
            trees[file] = tree;
            compilation.GetTypeByMetadataName("System.Object");
            double cpu = Cpu(() => driver = driver.RunGenerators(compilation));
            if (i >= WarmKeystrokes)
                milliseconds.Add(1000 * cpu);
        }

        return Median(milliseconds);
    }

    /// <summary>The file of a keystroke, another one each time as far as there are some, and its text behind it.</summary>
    private static (int File, string Text) Edited(SyntaxTree[] trees, Func<string, int, string?> edit, int number)
    {
        for (int i = 0; i < trees.Length; i++)
        {
            int file = ((number * 7) + i) % trees.Length;
            if (edit(trees[file].ToString(), number) is { } edited)
                return (file, edited);
        }

        throw new InvalidOperationException("No file can be edited so.");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    /// <summary>A driver of the generator.</summary>
    /// <param name="others">What generates code besides.</param>
    public static GeneratorDriver Driver(params ImmutableArray<ISourceGenerator> others) =>
        CSharpGeneratorDriver.Create([new AdapterToolkitGenerator().AsSourceGenerator(), .. others], parseOptions: s_options);

    /// <summary>Compiles sources, each by itself a file.</summary>
    public static CSharpCompilation Compile(IReadOnlyList<string> sources)
    {
        SyntaxTree[] files =
        [
            .. sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, s_options,
                source.StartsWith("// <auto-generated", StringComparison.Ordinal) ? $"File{i}.g.cs" : $"File{i}.cs", Encoding.UTF8)),
        ];
        bool isProgram = files.Any(file => ((CompilationUnitSyntax)file.GetRoot()).Members.Any(member => member is GlobalStatementSyntax));
        OutputKind kind = isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return CSharpCompilation.Create("Synthetic", files, References.All,
            new CSharpCompilationOptions(kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.CSharp14);

    /// <summary>Writes what a build writes: the assembly, and what a debugger needs.</summary>
    private static void Emit(CSharpCompilation compilation)
    {
        using MemoryStream assembly = new(), symbols = new();
        EmitResult result = compilation.Emit(assembly, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        if (!result.Success)
            throw new InvalidOperationException(
                $"The code does not compile: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
    }

    private static Task<ImmutableArray<Diagnostic>> Diagnose(CSharpCompilation compilation, ImmutableArray<DiagnosticAnalyzer> analyzers) =>
        compilation.WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync(CancellationToken.None);

    private static ImmutableArray<DiagnosticAnalyzer> Analyzers() =>
        [.. typeof(ToolkitAnalyzer).Assembly.GetTypes().Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type))
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];

    private static double Cpu(Action action)
    {
        GC.Collect();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
