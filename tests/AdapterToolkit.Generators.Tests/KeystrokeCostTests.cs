using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Prints what a keystroke costs in a project of 500 files, 20 of which hold a model. It judges no time.</summary>
public sealed class KeystrokeCostTests(ITestOutputHelper output)
{
    private const int Files = 500;
    private const int Models = 20;
    private const int Keystrokes = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("inside of a method", "return number + {0};")]
    [InlineData("a member of a class", "return number; }} public int Added{0}() {{ return 0;")]
    public void Of_20_models_in_500_files(string edit, string format)
    {
        IEnumerable<string> others = Enumerable.Range(0, Files - Models).Select(i => Ordinary(i, "return number;"));
        CSharpCompilation compilation = GeneratorRun.Compile([.. Enumerable.Range(0, Models).Select(Model), .. others]);
        GeneratorDriver driver = GeneratorRun.Driver().RunGenerators(compilation, Token);
        string emitted = Emitted(driver);
        List<double> milliseconds = [];
        for (int i = 0; i < Keystrokes; i++)
        {
            int file = (i * 37) % (Files - Models);
            SyntaxTree tree = compilation.SyntaxTrees[Models + file];
            string body = string.Format(CultureInfo.InvariantCulture, format, i);
            compilation = compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(Ordinary(file, body))));

            // What the compiler itself does for every generator is not the generator's.
            compilation.GetTypeByMetadataName("Ordinary.Class0");
            Stopwatch watch = Stopwatch.StartNew();
            driver = driver.RunGenerators(compilation, Token);
            milliseconds.Add(watch.Elapsed.TotalMilliseconds);
        }

        milliseconds.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"A keystroke {edit}, {Models} models in {Files} files: median {milliseconds[Keystrokes / 2]:F2} ms, fastest {milliseconds[0]:F2} ms"));
        Assert.Equal(emitted, Emitted(driver));
    }

    private static string Emitted(GeneratorDriver driver) => string.Concat(driver.GetRunResult().Results.Single().GeneratedSources
        .Where(source => source.HintName.StartsWith("Keystrokes", StringComparison.Ordinal)).Select(source => source.SourceText.ToString()));

    private static string Ordinary(int i, string body) => $$"""
        using System;
        using System.Collections.Generic;

        namespace Ordinary;

        public class Class{{i}}(string name) : IComparable<Class{{i}}>
        {
            public string Name { get; } = name;

            public List<int> Numbers { get; } = [{{i}}];

            public int CompareTo(Class{{i}}? other) => string.CompareOrdinal(Name, other?.Name);

            public int Compute(int number) { {{body}} }
        }
        """;

    private static string Model(int i) => $$"""
        using System.Collections.Generic;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Keystrokes;

        [LowRank(8)]
        public sealed partial class Projection{{i}}(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [AdapterModel]
        public sealed partial class Attention{{i}}
        {
            public Projection{{i}} Query { get; } = new(64, 64);
            public Projection{{i}} Key { get; } = new(64, 64);
            public Projection{{i}} Value { get; } = new(64, 64);
            public Projection{{i}} Output { get; } = new(64, 64);
            public IReadOnlyList<Projection{{i}}> Others { get; } = [new(64, 64)];

            public Tensor Forward(Tensor x, SequenceContext context)
            {
                Tensor query = Op.Rotary(Query.Forward(x), context);
                Tensor key = Op.Rotary(Key.Forward(x), context);
                Tensor attended = Op.CausalAttention(query, key, Value.Forward(x), context);
                foreach (Projection{{i}} other in Others)
                {
                    if (attended.Rows > 2)
                        attended += other.Forward(Op.Silu(attended) * 2f);
                }

                return Output.Forward(attended);
            }
        }
        """;
}
