using System.Text;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The rules neither fail nor invent anything on code that is half typed, does not compile, or is very long.</summary>
public sealed class RobustnessTests
{
    [Theory]
    [InlineData("Attention.cs")]
    [InlineData("DecoderBlock.cs")]
    [InlineData("LlamaModel.cs")]
    [InlineData("FeedForward.cs")]
    public async Task NothingFailsWhereAFileEndsEarly(string file)
    {
        (string Path, string Text)[] sample = [.. Corpus.Read(Corpus.Files("samples", "Llama"))];
        string text = sample.Single(source => Path.GetFileName(source.Path) == file).Text;
        for (int length = text.Length - 1; length > 0; length -= 61)
        {
            IEnumerable<(string, string)> cut = sample.Select(source => (source.Path, Path.GetFileName(source.Path) == file ? source.Text[..length] : source.Text));
            Assert.DoesNotContain(await Corpus.Analyze(Corpus.Compile("Llama", cut), TestContext.Current.CancellationToken), IsFailureOrUseRule);
        }
    }

    [Theory]
    [InlineData("class C { void M() { var x = MatMul(MatMul(, ), ); x.Merge().Merge(; } }")]
    [InlineData("using AdapterToolkit.Modules; class C : Linear { Tensor Forward(Tensor x) => Weight.Data. }")]
    [InlineData("using AdapterToolkit.Tensors; class C { Tensor P => P; Tensor Q { get => Q; set => Q = value; } Tensor M(Tensor t) => M(M(t)) * P + Q; }")]
    [InlineData("using AdapterToolkit.Tensors; class C { Tensor M(Tensor t) { goto missing; again: t = t * 2; goto again; } }")]
    [InlineData("using AdapterToolkit.Tensors; partial class C { partial Tensor M(Tensor t); partial Tensor M(Tensor t) { try { return t; } finally { M(t); } } }")]
    [InlineData("using AdapterToolkit.Modules; using AdapterToolkit; [AdapterModel] partial class C { C Self => new(); Tensor Forward() => Self.Forward(); }")]
    [InlineData("using AdapterToolkit.Tensors; class C<T> where T : C<T> { T M<U>(U u, Tensor x) where U : T { foreach (var (a, b) in x) { M(a, b); } return default; } }")]
    [InlineData("using AdapterToolkit.Tensors; System.Func<Tensor, Tensor> f = null; f = t => f(t) * 2; Tensor Local(Tensor t) => Local(t); f(Local(null));")]
    public async Task NothingFailsOnOddCode(string source) =>
        Assert.DoesNotContain(await Corpus.Analyze(Corpus.Compile("Odd", [("Odd.cs", source)]), TestContext.Current.CancellationToken), IsFailureOrUseRule);

    [Fact]
    public async Task AFileOfManyLinesIsFollowedToItsEnd()
    {
        StringBuilder source = new("""
            using AdapterToolkit;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Tensors;

            public static class My { public static Tensor MatMul(Tensor left, Tensor right) => left; }

            public class Long(Linear layer)
            {

            """);
        for (int method = 0; method < 50; method++)
        {
            source.Append("    public Tensor Run").Append(method).Append("(Tensor x)\n    {\n        Tensor a = layer.Factors!.A.Value, b = layer.Factors.B.Value;\n");
            for (int line = 0; line < 97; line++)
                source.Append(line % 3 == 0 ? "        if (x.Rows > 3) x = x * 2f;\n" : line % 3 == 1 ? "        x = x + My.MatMul(b, My.MatMul(a, x));\n" : "        for (int i = 0; i < 3; i++) x += x;\n");
            source.Append(method == 49 ? "        return My.MatMul(My.MatMul(b, a), x);\n    }\n" : "        return x;\n    }\n");
        }

        source.Append("}\n");
        Assert.True(source.ToString().Count(character => character == '\n') > 5000);
        Diagnostic found = Assert.Single(await Corpus.Analyze(Corpus.Compile("Long", [("Long.cs", source.ToString())]), TestContext.Current.CancellationToken));
        Assert.Equal("ADT0101", found.Id);
    }

    private static bool IsFailureOrUseRule(Diagnostic found) => found.Id is "AD0001" || found.Id.StartsWith("ADT010", StringComparison.Ordinal) && found.Id != "ADT0104";
}
