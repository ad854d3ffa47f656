using System.Collections.Immutable;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// Runs one analyzer over a source in which <c>{|ADT0001:text|}</c> marks what it should report: as it is written, and with names that say nothing. Of all
/// sources a quarter is renamed; where ADAPTER_LONG_TESTS is 1, every one.
/// </summary>
/// <typeparam name="T">The analyzer.</typeparam>
internal static class RuleTest<T>
    where T : DiagnosticAnalyzer, new()
{
    internal const string Usings = """
        global using System;
        global using System.Collections.Concurrent;
        global using System.Collections.Generic;
        global using System.Collections.Immutable;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using AdapterToolkit;
        global using AdapterToolkit.Adapters;
        global using AdapterToolkit.Devices;
        global using AdapterToolkit.Generation;
        global using AdapterToolkit.Loading;
        global using AdapterToolkit.Models;
        global using AdapterToolkit.Modules;
        global using AdapterToolkit.Operators;
        global using AdapterToolkit.Optimizers;
        global using AdapterToolkit.Tensors;
        global using AdapterToolkit.Training;
        global using AdapterToolkit.Weights;

        """;

    internal const string TorchUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using TorchSharp;
        global using TorchSharp.Modules;
        global using static TorchSharp.torch;
        global using static TorchSharp.torch.nn;

        """;

    /// <summary>The members that the generator would emit for a language model.</summary>
    internal const string EmittedHalf = """
        public override Tensor ForwardSaving(
            TokenIds tokens, SequenceContext context, AdapterToolkit.CompilerServices.Pass pass, out ForwardRecord? record) => throw null!;
        public override Tensor Evaluate(TokenIds tokens, SequenceContext context, AdapterToolkit.CompilerServices.Pass pass) => throw null!;
        public override void Backward(Tensor gradient, ForwardRecord record) { }
        """;

    /// <summary>Asserts that a source compiles, and that exactly the marked places are reported.</summary>
    /// <param name="source">The source. The emitted half of its classes is missing, as it is while the generator runs.</param>
    public static Task Check(string source) => Run(source, Usings, References);

    /// <summary>The same of code that does not compile: half typed, or against members that are not there.</summary>
    /// <param name="source">The source.</param>
    public static Task CheckBroken(string source) => Run(source, Usings, References, compiles: false);

    /// <summary>Asserts that exactly the marked places are reported in a project that references TorchSharp and not the toolkit.</summary>
    /// <param name="source">The source.</param>
    public static Task CheckTorch(string source) => Run(source, TorchUsings, [.. Net100.References.All, TorchSharpReference.Value]);

    /// <summary>Asserts that nothing is reported in a project that references neither the toolkit nor TorchSharp.</summary>
    /// <param name="source">The source.</param>
    public static Task CheckAlone(string source) =>
        Run(source, "global using System; global using System.Collections.Generic; global using System.Linq;", [.. Net100.References.All]);

    private static async Task Run(string source, string usings, ImmutableArray<MetadataReference> references, bool compiles = true)
    {
        if (TestFramework.IsUsedBy(source))
            (usings, references) = (TestFramework.Usings + usings, references.Add(TestFramework.Reference));
        bool reports = source.Contains("{|ADT", StringComparison.Ordinal);
        foreach (DiagnosticAnalyzer analyzer in FollowedBodies.VariantsOf(new T(), reports))
            await Run(analyzer, source, usings, references, compiles);
        if (reports && (FollowedBodies.AreLongTestsAsked || source.Length % 4 == 0))
            await Renaming.Check(new T(), source, usings, references, compiles);
    }

    private static Task Run(DiagnosticAnalyzer analyzer, string source, string usings, ImmutableArray<MetadataReference> references, bool compiles)
    {
        FollowedBodies.Test<T> test = new(analyzer)
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = compiles ? CompilerDiagnostics.Errors : CompilerDiagnostics.None,
        };
        test.TestState.Sources.Add(source);
        test.TestState.Sources.Add(usings);
        test.TestState.AdditionalReferences.AddRange(references);
        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    internal static ImmutableArray<MetadataReference> References =>
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(Module).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(CausalModel).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.ArrayView<float>).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location),
    ];
}
