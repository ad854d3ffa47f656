using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>Compiles a project that has rooms from its sources.</summary>
internal static class RoomSources
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.CSharp14);

    /// <summary>All that the tests run with.</summary>
    private static readonly PortableExecutableReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The sources of a project, those that the build writes left out.</summary>
    public static IEnumerable<string> FilesOf(RoomPlan plan) => Directory.EnumerateFiles(plan.Folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetRelativePath(plan.Folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
        .Order(StringComparer.Ordinal);

    /// <summary>Reads a file of a project.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path in full.</param>
    public static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, s_options, path);

    /// <summary>Compiles a project.</summary>
    public static Compilation Compile(RoomPlan plan, CancellationToken cancellation)
    {
        Compilation compilation = Compile(
            Path.GetFileName(plan.Folder), FilesOf(plan).Concat(plan.SharedFiles).Select(file => Parse(File.ReadAllText(file), file)));
        if (plan.UsesEmittedCode)
        {
            CSharpGeneratorDriver.Create([new AdapterToolkitGenerator().AsSourceGenerator()], parseOptions: s_options)
                .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _, cancellation);
        }

        return compilation;
    }

    /// <summary>Compiles files under the name of an assembly, with all else that the tests run with.</summary>
    public static Compilation Compile(string assembly, IEnumerable<SyntaxTree> files) => CSharpCompilation.Create(
        assembly,
        files.Prepend(Parse(ImplicitUsings, "")),
        s_references.Where(reference => Path.GetFileNameWithoutExtension(reference.FilePath) != assembly),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
}
