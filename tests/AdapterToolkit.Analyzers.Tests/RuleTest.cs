using System.Collections.Immutable;
using AdapterToolkit.Modules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Runs one analyzer over a source in which <c>{|ADT0001:text|}</c> marks what it should report.</summary>
/// <typeparam name="T">The analyzer.</typeparam>
internal static class RuleTest<T>
    where T : DiagnosticAnalyzer, new()
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using AdapterToolkit;
        global using AdapterToolkit.Modules;
        global using AdapterToolkit.Operators;
        global using AdapterToolkit.Tensors;

        namespace AdapterToolkit
        {
            [AttributeUsage(AttributeTargets.Class)]
            public sealed class QuantizedAttribute(int bits) : Attribute
            {
                public int Bits { get; } = bits;

                public int BlockSize { get; init; } = 64;
            }
        }

        """;

    /// <summary>Asserts that exactly the marked places are reported.</summary>
    /// <param name="source">The source. The emitted half of its classes is missing, as it is while the generator runs.</param>
    public static Task Check(string source)
    {
        CSharpAnalyzerTest<T, DefaultVerifier> test = new()
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = CompilerDiagnostics.None,
        };
        test.TestState.Sources.Add(source);
        test.TestState.Sources.Add(Usings);
        test.TestState.AdditionalReferences.AddRange(References);
        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    internal static ImmutableArray<MetadataReference> References =>
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(Module).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.ArrayView<float>).Assembly.Location),
    ];
}
