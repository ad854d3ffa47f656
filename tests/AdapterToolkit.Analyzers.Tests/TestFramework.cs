using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>An assembly that stands for those of test frameworks: it has such a name, by which the rules know them, and members that they have.</summary>
internal static class TestFramework
{
    /// <summary>A file that makes its members visible.</summary>
    public const string Usings = "global using Testing;\n";

    private const string Source = """
        #nullable enable
        using System;
        namespace Testing
        {
            public sealed class FactAttribute : Attribute;
            public sealed class TestMethodAttribute : Attribute;
            public static class Record { public static Exception? Exception(Action action) => null; }
            public static class Assert
            {
                public static void Null(object? value) { }
                public static void NotNull(object? value) { }
                public static void True(bool value) { }
                public static void False(bool value) { }
                public static void Equal(object? expected, object? actual) { }
                public static T Throws<T>(Action action) where T : Exception => null!;
                public static void That(Action action, object constraint) { }
                public static Exception? Exception(Action action) => null;
            }
        }
        """;

    /// <summary>The reference.</summary>
    public static MetadataReference Reference { get; } = Make();

    /// <summary>Whether a source uses the test framework.</summary>
    public static bool IsUsedBy(string source) =>
        source.Contains("Assert.", StringComparison.Ordinal) || source.Contains("[Fact]", StringComparison.Ordinal)
        || source.Contains("[TestMethod]", StringComparison.Ordinal) || source.Contains("Record.Exception", StringComparison.Ordinal);

    private static MetadataReference Make()
    {
        using MemoryStream image = new();
        CSharpCompilation compilation = CSharpCompilation.Create("xunit.v3.assert", [CSharpSyntaxTree.ParseText(Source)], Net100.References.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        if (!compilation.Emit(image).Success)
            throw new InvalidOperationException("The assembly does not compile.");
        return MetadataReference.CreateFromImage(image.ToArray());
    }
}
