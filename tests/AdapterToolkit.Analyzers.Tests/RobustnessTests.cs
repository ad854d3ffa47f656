using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AdapterToolkit.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The rules neither fail nor invent anything on code that is half typed, does not compile, or is very long.</summary>
public sealed class RobustnessTests
{
    private const string Usings = """
        using System;
        using AdapterToolkit;
        using AdapterToolkit.Models;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;
        using AdapterToolkit.Weights;

        """;

    private static readonly string[] s_files = ["Attention.cs", "DecoderBlock.cs", "FeedForward.cs", "LlamaModel.cs", "Projection.cs"];

    public static TheoryData<string> SampleFiles => [.. s_files];

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task NothingIsReportedWhereAFileEndsEarly(string file) =>
        NothingIsReported(file, text => Enumerable.Range(0, (text.Length / 73) + 1).Select(step => (73 * step) + (step % 11))
            .Where(length => length < text.Length).Select(length => text[..length]), mustBreak: false);

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task NothingIsReportedWhereAFileLacksALineOrHasItTwice(string file) => NothingIsReported(file, text =>
    {
        string[] lines = text.Split('\n');
        return Enumerable.Range(0, lines.Length).Where(line => lines[line].Trim() is { Length: > 0 } code && !code.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line % 3 == 0
                ? string.Join('\n', lines.Take(line + 1).Concat(lines.Skip(line)))
                : string.Join('\n', lines.Where((_, i) => i != line)));
    });

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task NothingIsReportedWhereAFileLacksATokenOrHasItTwice(string file) => NothingIsReported(file, text =>
        CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(token => token.Span.Length > 0)
            .Where((_, i) => i % 11 == 0)
            .Select((token, i) => i % 4 == 0 ? text.Insert(token.SpanStart, token.Text + " ") : text.Remove(token.SpanStart, token.Span.Length)));

    [Theory]
    [MemberData(nameof(SampleFiles))]
    public Task NothingIsReportedWhereANameIsUnknown(string file) => NothingIsReported(file, text =>
        CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken))
            .Where((_, i) => i % 7 == 0).Select(token => text.Insert(token.Span.End, "Unknown")));

    [Theory]
    [InlineData("return Layer.Forward(")]
    [InlineData("return x +")]
    [InlineData("return x + ;")]
    [InlineData("x.Missing(); return x;")]
    [InlineData("return Missing(x);")]
    [InlineData("Tensor y = Missing(x); Tensor z = y; return z * y;")]
    [InlineData("var y = Layer.Missing(x); return y + x;")]
    [InlineData("var y = Missing.Of(x); foreach (var part in y) x = part.Forward(x); return x;")]
    [InlineData("foreach (var layer in Layer) x = layer.Forward(x); return x;")]
    [InlineData("return x.Missing;")]
    [InlineData("return Op.Missing(Layer.Forward(x));")]
    [InlineData("return Layer.Forward(x, 3, true);")]
    [InlineData("if (x.) return x; return Layer.Forward(x);")]
    [InlineData("switch (x.Rows) { case 1: return } return Layer.Forward(x);")]
    [InlineData("Tensor y = x switch { return y;")]
    [InlineData("x = Layer.Forward(x) return x;")]
    [InlineData("return x is Missing missing ? missing : Layer.Forward(x);")]
    [InlineData("Func<Tensor, Missing> f = y => Layer.Forward(y); return f(x);")]
    [InlineData("return new Missing(Layer).Forward(x);")]
    [InlineData("return await Layer.ForwardAsync(x);")]
    [InlineData("var (a, b) = Layer.Split(x); return a + b;")]
    [InlineData("Tensor y; return y")]
    public async Task NothingIsReportedOfAHalfTypedForward(string body) => Assert.Empty(await Reported([("Model.cs", $$"""
        using System;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        [LowRank(2)] public partial class Small() : Linear(8, 8);

        [AdapterModel]
        public partial class Model
        {
            public Small Layer { get; } = new();

            public Tensor Forward(Tensor x)
            {
                {{body}}
            }
        }
        """)]));

    [Theory]
    [InlineData("[LowRank(2)] public partial class")]
    [InlineData("""
        [LowRank(2)] public partial class

        public partial class Other { }
        """)]
    [InlineData("[LowRank(2)] public partial class Layer")]
    [InlineData("[LowRank(2)] public partial class Layer :")]
    [InlineData("[LowRank(2)] public partial class Layer : {")]
    [InlineData("[LowRank(2)] public partial class Layer : Lin { }")]
    [InlineData("[LowRank(2)] public partial class Layer : IDisposable, Lin { public void Dispose() { } }")]
    [InlineData("[LowRank(2)] public sealed class Layer(int a, int b")]
    [InlineData("[LowRank(2)] public partial class Layer() : Linear(2, 2")]
    [InlineData("[LowRank()] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(0 public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(Rank)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized()] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized(] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized(4, Format = )] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized(4, BlockSize = Missing)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRnk(2)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("LowRank(2)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[AdapterModel] public partial class Model { public Small Layer { get; } public Tensor Forw")]
    [InlineData("[AdapterModel] public partial class Model { public Tensr Forward(Tensor x) => x; }")]
    [InlineData("[AdapterModel] public partial class Model : { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[AdapterModel] public partial class")]
    [InlineData("public class Base [LowRank(2)] public partial class Layer : Base;")]
    public async Task NothingIsReportedOfAHalfTypedClass(string source) => Assert.Empty(await Reported([("Class.cs", Usings + source)]));

    [Theory]
    [InlineData("ADT0001", "[LowRank(2)] public class Layer() : Linear(8, 8); public class Other { void M() { int x = ")]
    [InlineData("ADT0001", "[LowRank(2)] public class Layer() : Linear(8, 8) { public Missing Member => null; }")]
    [InlineData("ADT0002", "[LowRank(0)] public partial class Layer() : Linear(8, 8); public class Other { void M() { int x = ")]
    [InlineData("ADT0004", "[LowRank(2), Quantized(5)] public partial class Layer() : Linear(8, 8); public class Other : Missing;")]
    [InlineData(
        "ADT0201",
        """
        [AdapterModel] public partial class Model
        {
            public Tensor Forward(Tensor x) { Missing.Of(3); float[] numbers = x.ToArray(); return x; }
        }
        [LowRank(2)] public partial class Layer() : Linear(8, 8);
        """)]
    [InlineData("ADT0201", "[AdapterModel] public partial class Model { public Tensor Forward(Tensor x) { int n = ; try { x = -x; } finally { } return x; } }")]
    public async Task WhatIsCertainIsReported(string rule, string source) => Assert.Contains(rule, await Reported([("Class.cs", Usings + source)]));

    [Theory]
    [InlineData("class C { void M() { var x = MatMul(MatMul(, ), ); x.Merge().Merge(; } }")]
    [InlineData("using AdapterToolkit.Modules; using AdapterToolkit.Tensors; class C : Linear { Tensor Forward(Tensor x) => Weight.Data. }")]
    [InlineData("""
        using AdapterToolkit.Operators; using AdapterToolkit.Tensors;
        class C { Tensor P => P; Tensor Q { get => Q; set => Q = value; } Tensor M(Tensor t) => M(M(t)) * P + Q; }
        """)]
    [InlineData("using AdapterToolkit.Operators; using AdapterToolkit.Tensors; class C { Tensor M(Tensor t) { goto missing; again: t = t * 2; goto again; } }")]
    [InlineData("""
        using AdapterToolkit.Tensors;
        partial class C { partial Tensor M(Tensor t); partial Tensor M(Tensor t) { try { return t; } finally { M(t); } } }
        """)]
    [InlineData("using AdapterToolkit.Modules; using AdapterToolkit; [AdapterModel] partial class C { C Self => new(); Tensor Forward() => Self.Forward(); }")]
    [InlineData("""
        using AdapterToolkit.Tensors;
        class C<T> where T : C<T>
        {
            T M<U>(U u, Tensor x) where U : T { foreach (var (a, b) in x) { M(a, b); } return default; }
        }
        """)]
    [InlineData("""
        using AdapterToolkit.Operators; using AdapterToolkit.Tensors;
        System.Func<Tensor, Tensor> f = null; f = t => f(t) * 2; Tensor Local(Tensor t) => Local(t); f(Local(null));
        """)]
    public async Task NothingFailsOnOddCode(string source) => Assert.Empty(await Reported([("Odd.cs", source)]));

    [Theory]
    [InlineData(40, "My.MatMul(", ", x)")]
    [InlineData(40, "My.MatMul(x, ", ")")]
    [InlineData(2000, "", " + x * 2f")]
    [InlineData(400, "(", ")")]
    [InlineData(60, "Twice(", ")")]
    public async Task AnExpressionOfManyPartsIsFollowedToItsEnd(int parts, string before, string after)
    {
        string source = $$"""
            using System.Linq;
            using AdapterToolkit.Adapters;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            public static class My
            {
                public static Tensor MatMul(Tensor left, Tensor right)
                {
                    Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                    for (int i = 0; i < left.Rows; i++)
                        for (int j = 0; j < right.Columns; j++)
                            for (int k = 0; k < left.Columns; k++)
                                result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                    return result;
                }
            }

            public class Deep(Linear layer)
            {
                private static Tensor Twice(Tensor t) => t * 2f;

                public Tensor Run(Tensor x)
                {
                    Tensor y = {{string.Concat(Enumerable.Repeat(before, parts))}}x{{string.Concat(Enumerable.Repeat(after, parts))}};
                    return My.MatMul(My.MatMul(layer.Factors!.B.Value, layer.Factors.A.Value), y);
                }
            }
            """;
        Diagnostic found = Assert.Single(await Corpus.Analyze(Corpus.Compile("Deep", [("Deep.cs", source)]), TestContext.Current.CancellationToken));
        Assert.Equal("ADT0101", found.Id);
    }

    [Fact]
    public async Task AnExpressionTooDeepForTheStackIsLeftAlone()
    {
        string source = $$"""
            using AdapterToolkit.Adapters;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            public class Deep(Linear layer)
            {
                public Tensor Run(Tensor x) => {{string.Concat(Enumerable.Repeat("-(", 1500))}}layer.Weight.ToTensor(){{new string(')', 1500)}};

                public void Merge() => layer.Merge({{string.Concat(Enumerable.Repeat("!(", 1500))}}true{{new string(')', 1500)}});
            }
            """;
        Assert.Empty(await Corpus.Analyze(Corpus.Compile("Deep", [("Deep.cs", source)]), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AFileOfManyLinesIsFollowedToItsEnd()
    {
        StringBuilder source = new("""
            using AdapterToolkit;
            using AdapterToolkit.Adapters;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            public static class My
            {
                public static Tensor MatMul(Tensor left, Tensor right)
                {
                    Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                    for (int i = 0; i < left.Rows; i++)
                        for (int j = 0; j < right.Columns; j++)
                            for (int k = 0; k < left.Columns; k++)
                                result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                    return result;
                }
            }

            public class Long(Linear layer)
            {

            """);
        const string lines = """
                    if (x.Rows > 3) x = x * 2f;
                    x = x + My.MatMul(b, My.MatMul(a, x));
                    for (int i = 0; i < 3; i++) x += x;

            """;
        for (int method = 0; method < 50; method++)
            source.Append(CultureInfo.InvariantCulture, $$"""
                    public Tensor Run{{method}}(Tensor x)
                    {
                        Tensor a = layer.Factors!.A.Value, b = layer.Factors.B.Value;
                {{string.Concat(Enumerable.Repeat(lines, 33))}}
                        return {{(method == 49 ? "My.MatMul(My.MatMul(b, a), x)" : "x")}};
                    }

                """);
        source.Append("}\n");
        Assert.True(source.ToString().Count(character => character == '\n') > 5000);
        Assert.Equal(["ADT0101"], await Reported([("Long.cs", source.ToString())]));
    }

    [Fact]
    public async Task AModelOfManyLayersIsFollowedToItsEnd()
    {
        const int Layers = 1500;
        string source = $$"""
            using AdapterToolkit;
            using AdapterToolkit.Adapters;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            [LowRank(2)] public partial class Small() : Linear(8, 8);

            [AdapterModel]
            public partial class Long
            {
            {{string.Concat(Enumerable.Range(0, Layers).Select(i => $"    public Small Layer{i} {{ get; }} = new();\n"))}}
                public Tensor Forward(Tensor x)
                {
            {{string.Concat(Enumerable.Range(0, Layers - 1).Select(i => $"        if (x.Rows > {i})\n            x = Layer{i}.Forward(x);\n"))}}
                    return x;
                }
            }
            """;
        Assert.Equal(["ADT0104"], await Reported([("Long.cs", source)]));
    }

    /// <summary>Asserts that no rule speaks about variants of one file of the sample.</summary>
    /// <param name="file">The file.</param>
    /// <param name="variants">Makes the variants.</param>
    /// <param name="mustBreak">Whether only variants count of which the compiler has something to say: one that compiles may well break a rule.</param>
    private static async Task NothingIsReported(string file, Func<string, IEnumerable<string>> variants, bool mustBreak = true)
    {
        (string Path, string Text)[] sample = [.. LlamaSources.Read(), ("Usings.cs", LlamaSources.Usings)];
        CSharpCompilation whole = Corpus.Compile("Llama", sample);
        SyntaxTree tree = whole.SyntaxTrees.Single(tree => Path.GetFileName(tree.FilePath) == file);
        HashSet<string> known = [.. Errors(whole, file)];
        List<string> wrong = [];
        string original = (await tree.GetTextAsync(TestContext.Current.CancellationToken)).ToString();
        await Parallel.ForEachAsync(variants(original), TestContext.Current.CancellationToken, async (text, cancellation) =>
        {
            CSharpCompilation changed = whole.ReplaceSyntaxTree(tree,
                CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)tree.Options, tree.FilePath, cancellationToken: cancellation));
            ImmutableArray<Diagnostic> found = await Corpus.Analyze(changed, cancellation);
            if (found.Length == 0 || (mustBreak && found.All(diagnostic => diagnostic.Id != "AD0001") && known.IsSupersetOf(Errors(changed, file))))
                return;
            lock (wrong)
                wrong.Add($"{string.Join("; ", found.Select(diagnostic => diagnostic.Id).Distinct())} where it is changed at '{LineOfChange(original, text)}'");
        });
        Assert.True(wrong.Count == 0, $"{wrong.Count} variants:\n{string.Join('\n', wrong)}");
    }

    private static string LineOfChange(string original, string text)
    {
        int change = original.Zip(text).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{text[(text.LastIndexOf('\n', Math.Max(0, change - 1)) + 1)..change]}|{text[change..].Split('\n')[0]}";
    }

    private static IEnumerable<string> Errors(Compilation compilation, string file) => compilation.GetDiagnostics()
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && Path.GetFileName(diagnostic.Location.SourceTree?.FilePath) == file)
        .Select(diagnostic => diagnostic.GetMessage(null));

    private static async Task<string[]> Reported(IEnumerable<(string, string)> sources)
    {
        ImmutableArray<Diagnostic> found = await Corpus.Analyze(Corpus.Compile("User", sources), TestContext.Current.CancellationToken);
        return [.. found.Select(diagnostic => diagnostic.Id)];
    }
}
