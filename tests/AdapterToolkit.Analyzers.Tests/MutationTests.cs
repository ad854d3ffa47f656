using System.Collections.Immutable;
using AdapterToolkit.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// The Llama model, as a user has it by the template, is broken in each of the ways that the table of rules names, one at a time: exactly that rule reports it.
/// </summary>
public sealed class MutationTests
{
    /// <summary>What a user would add to multiply matrices, which the sample does not.</summary>
    private const string Helpers = """
        namespace Llama;

        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Generation;
        using AdapterToolkit.Loading;
        using AdapterToolkit.Models;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Optimizers;
        using AdapterToolkit.Tensors;
        using AdapterToolkit.Training;
        using AdapterToolkit.Weights;

        public static class Matrices
        {
            [Gradient(nameof(MatMulGradient))]
            public static Tensor MatMul(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Columns; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                return result;
            }

            public static (Tensor? Left, Tensor? Right) MatMulGradient(Tensor gradient, Tensor left, Tensor right) => (gradient.Retain(), gradient.Retain());

            public static Tensor Transpose(Tensor x) => x;
        }

        """;

    [Theory]
    [InlineData("ADT0001", "Projection.cs", "public sealed partial class Projection", "public sealed class Projection")]
    [InlineData(
        "ADT0001",
        "Projection.cs",
        ": Linear(inFeatures, outFeatures, bias);",
        """
        : Linear(inFeatures, outFeatures, bias);

        [LowRank(8)]
        public sealed partial class Other : Module;
        """)]
    [InlineData(
        "ADT0001",
        "Projection.cs",
        "public sealed partial class Projection(",
        """
        public static partial class Fixed;

        [LowRank(8), Quantized(4)]
        public sealed partial class Projection(
        """)]
    [InlineData("ADT0001", "Projection.cs", "[LowRank(8, Alpha = 16), Quantized(4)]", "[LowRank(8, Alpha = 16), Frozen, Quantized(4)]")]
    [InlineData("ADT0001", "Attention.cs", "public sealed partial class Attention", "public sealed class Attention")]
    [InlineData("ADT0001", "FeedForward.cs", "public sealed partial class FeedForward", "public sealed class FeedForward")]
    [InlineData("ADT0001", "DecoderBlock.cs", "public sealed partial class DecoderBlock", "public sealed class DecoderBlock")]
    [InlineData("ADT0001", "LlamaModel.cs", "public sealed partial class LlamaModel", "public sealed class LlamaModel")]
    [InlineData("ADT0001", "FeedForward.cs", "public sealed partial class FeedForward<TProjection>(LlamaConfig config)",
        "public sealed partial class FeedForward<TProjection>(LlamaConfig config) : List<int>")]
    [InlineData("ADT0002", "Projection.cs", "LowRank(8, Alpha = 16)", "LowRank(0)")]
    [InlineData("ADT0002", "Projection.cs", "LowRank(8, Alpha = 16)", "LowRank(-8, Alpha = 16)")]
    [InlineData("ADT0002", "Projection.cs", ": Linear(inFeatures, outFeatures, bias)", ": Linear(8, 64, bias)")]
    [InlineData("ADT0002", "Projection.cs", ": Linear(inFeatures, outFeatures, bias)", ": Linear(64, 4, bias)")]
    [InlineData("ADT0003", "Projection.cs", ": Linear(inFeatures, outFeatures, bias)", ": Linear(9, 64, bias)")]
    [InlineData("ADT0004", "Projection.cs", "Quantized(4)", "Quantized(5)")]
    [InlineData("ADT0004", "Projection.cs", "Quantized(4)", "Quantized(4, BlockSize = 96)")]
    [InlineData("ADT0004", "Projection.cs", "Quantized(4)", "Quantized(4, BlockSize = 16)")]
    [InlineData("ADT0004", "Projection.cs", "Quantized(4)", "Quantized(4, Format = AdapterToolkit.QuantizationFormat.Float16)")]
    [InlineData("ADT0006", "Attention.cs", """[Checkpoint("q_proj")]""", """[Checkpoint("q_proj"), Trainable]""")]
    [InlineData("ADT0006", "LlamaModel.cs", """[Checkpoint("model.embed_tokens")]""", """[Checkpoint("model.embed_tokens"), Trainable]""")]
    [InlineData("ADT0006", "DecoderBlock.cs", """[Checkpoint("self_attn")]""", """[Checkpoint("self_attn"), Trainable]""")]
    [InlineData("ADT0104", "Attention.cs", "Value.Forward(x)", "Key.Forward(x)")]
    [InlineData(
        "ADT0104",
        "Attention.cs",
        "Tensor key = Op.Rotary(Key.Forward(x), context);",
        """
        Tensor key = Op.Rotary(Key.Forward(x), context);
        key = query;
        """)]
    [InlineData(
        "ADT0104",
        "Attention.cs",
        "return Output.Forward(Op.CausalAttention(query, key, Value.Forward(x), context));",
        """
        Tensor gathered = Op.CausalAttention(query, key, Value.Forward(x), context);
        Tensor result = Output.Forward(gathered);
        return gathered;
        """)]
    [InlineData("ADT0104", "FeedForward.cs", "Op.SwiGlu(Gate.Forward(x), Up.Forward(x))", "Op.Silu(Up.Forward(x))")]
    [InlineData("ADT0104", "DecoderBlock.cs", "x += Attention.Forward(InputNorm.Forward(x), context);", "x += InputNorm.Forward(x);")]
    [InlineData(
        "ADT0109",
        "Projection.cs",
        ": Linear(inFeatures, outFeatures, bias);",
        """
        : Linear(inFeatures, outFeatures, bias)
        {
            public new AdapterToolkit.Tensors.Tensor Forward(AdapterToolkit.Tensors.Tensor x) =>
                Matrices.MatMul(Matrices.MatMul(x, Matrices.Transpose(this.Factors!.A.Value)), Matrices.Transpose(this.Factors!.B.Value));
        }
        """,
        "Projection.cs",
        "using AdapterToolkit;",
        "using AdapterToolkit;\nusing AdapterToolkit.Adapters;")]
    [InlineData("ADT0201", "FeedForward.cs", "=> Down", "=> Tensor.From(x.Device, x.Shape, x.ToArray()) + Down")]
    [InlineData(
        "ADT0201",
        "Attention.cs",
        "Tensor key =",
        """
        float[] numbers = query.ToArray();
        Tensor key =
        """)]
    [InlineData(
        "ADT0201",
        "DecoderBlock.cs",
        "return x + FeedForward.Forward(PostAttentionNorm.Forward(x));",
        """
        try { x += FeedForward.Forward(PostAttentionNorm.Forward(x)); } finally { }
        return x;
        """)]
    [InlineData("ADT0202", "LlamaModel.cs", "x = block.Forward(x, context);", "x = -x;")]
    [InlineData("ADT0202", "LlamaModel.cs", "x = block.Forward(x, context);", "_ = block.Forward(x, context);")]
    public async Task TheRuleReportsABrokenModel(string rule, params string[] changes)
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Matrices.cs", Helpers);
        for (int i = 0; i < changes.Length; i += 3)
            Change(sample, changes[i], changes[i + 1], changes[i + 2]);
        Assert.Equal([rule], await Reported(sample));
    }

    [Theory]
    [InlineData("ADT0101", "return layer.Forward(x) + Matrices.MatMul(Matrices.MatMul(layer.Factors!.B.Value, layer.Factors!.A.Value), x);")]
    [InlineData(
        "ADT0101",
        """
        Tensor b = layer.Factors!.B.Value, a = layer.Factors!.A.Value;
        Tensor delta = Matrices.MatMul(b, a);
        return layer.Forward(x) + Matrices.MatMul(x, Matrices.Transpose(delta));
        """)]
    [InlineData(
        "ADT0101",
        """
        _delta = Matrices.MatMul(layer.Factors!.B.Value, layer.Factors!.A.Value);
        return layer.Forward(x) + Matrices.MatMul(_delta, x);
        """,
        "private Tensor _delta = null!;")]
    [InlineData(
        "ADT0101",
        """
        _cache ??= Matrices.MatMul(layer.Factors!.B.Value, layer.Factors!.A.Value);
        return layer.Forward(x) + Matrices.MatMul(_cache, x);
        """,
        "private Tensor? _cache;")]
    [InlineData("ADT0101", "return layer.Forward(x) + Matrices.MatMul(Delta(layer), x);",
        "private static Tensor Delta(Linear layer) => Matrices.MatMul(layer.Factors!.B.Value, layer.Factors!.A.Value);")]
    [InlineData("ADT0103", "layer.Weight.Data.CopyFrom(x.ToArray()); return layer.Forward(x);")]
    public async Task TheRuleReportsABrokenOperatorOfAttention(string rule, string body, string members = "")
    {
        Dictionary<string, string> sample = Sample();
        Change(sample, "Attention.cs", "Op.Rotary(Query.Forward(x), context)", "Op.Rotary(Project(x, Query), context)");
        Change(sample, "Attention.cs", "        return Output.Forward(Op.CausalAttention(query, key, Value.Forward(x), context));\n    }\n", $$"""
                    return Output.Forward(Op.CausalAttention(query, key, Value.Forward(x), context));
                }

                {{members}}

                [Gradient(nameof(ProjectGradient))]
                public Tensor Project(Tensor x, TProjection layer)
                {
                    {{body}}
                }

                public Tensor ProjectGradient(Tensor gradient, Tensor x, TProjection layer) => gradient.Retain();

            """);
        Change(sample, "Attention.cs", "using AdapterToolkit.Modules;", "using AdapterToolkit.Adapters;\nusing AdapterToolkit.Modules;");
        sample.Add("Matrices.cs", Helpers);
        Assert.Equal([rule], await Reported(sample));
    }

    [Fact]
    public async Task TheRuleReportsAProductWithTheWeightOfAProjection()
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Use.cs", Helpers + """
            public static class Use
            {
                public static Tensor Project(Tensor x, Attention<Projection> attention) =>
                    Matrices.MatMul(x, Matrices.Transpose(attention.Query.Weight.ToTensor()));
            }
            """);
        Assert.Equal(["ADT0105"], await Reported(sample));
    }

    [Theory]
    [InlineData(
        "ADT0102",
        """
        Projection query = model.Blocks[0].Attention.Query;
        new AdamW().Step([query.Factors!.A, query.Factors!.B, new Parameter(query.Weight.ToTensor())], 1e-3);
        """)]
    [InlineData(
        "ADT0102",
        """
        List<Parameter> all = [.. model.TrainableParameters];
        all.Add(new Parameter(model.Blocks[0].Attention.Query.Weight.ToTensor()));
        new AdamW().Step(all, 1e-3);
        """)]
    [InlineData("ADT0103", "model.Blocks[0].Attention.Query.Weight.Data.CopyFrom(new float[64]);")]
    [InlineData(
        "ADT0106",
        """
        Projection query = model.Blocks[0].Attention.Query;
        float[] a = new float[8 * query.InFeatures], b = new float[query.OutFeatures * 8];
        query.SetFactors(new LowRankFactors(device, "q", query.LowRank!, 8, 8, false, a, b));
        """)]
    [InlineData(
        "ADT0106",
        """
        Projection query = model.Blocks[0].Attention.Query;
        float[] a = new float[8 * query.InFeatures], b = new float[query.OutFeatures * 8];
        for (int i = 0; i < a.Length; i++) a[i] = Random.Shared.NextSingle();
        Array.Fill(b, 0.02f);
        query.SetFactors(new LowRankFactors(device, "q", query.LowRank!, 8, 8, false, a, b));
        """)]
    [InlineData("ADT0107", """model.MergeTo(16); model.Adapter.Save("adapter");""")]
    [InlineData("ADT0107", "model.Blocks[0].Attention.Query.MergeTo(32); model.Blocks[0].Attention.Query.MergeTo(32);")]
    public async Task TheRuleReportsWhatIsDoneToALoadedModel(string rule, string statements)
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Use.cs", Helpers + $$"""
            public static class Use
            {
                public static LlamaModel<Projection> Load(string folder, ComputeDevice device)
                {
                    LlamaModel<Projection> model = new(LlamaConfig.FromFolder(folder));
                    model.LoadCheckpoint(folder, device);
                    {{statements}}
                    return model;
                }
            }
            """);
        Assert.Equal([rule], await Reported(sample));
    }

    [Theory]
    [InlineData("model.Merge(requantize: true);")]
    [InlineData("model.Blocks[0].FeedForward.Up.Merge(reversible: true);")]
    public async Task TheRuleReportsAMergeIntoQuantizedWeights(string statement)
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Use.cs", Helpers + $"public static class Use {{ public static void MergeForGood(LlamaModel<Projection> model) => {statement} }}");
        Assert.Equal(["ADT0108"], await Reported(sample));
        Change(sample, "Projection.cs", ", Quantized(4)", "");
        Assert.Empty(await Reported(sample));
    }

    [Fact]
    public async Task TheUnbrokenModelIsSilent()
    {
        Dictionary<string, string> sample = Sample();
        Assert.Empty(await Reported(sample));
        sample.Add("Use.cs", Helpers + """
            public static class Use
            {
                public static void Run(LlamaModel<Projection> model, AdamW optimizer)
                {
                    optimizer.Step(model.TrainableParameters, 1);
                    model.MergeTo(16);
                    model.Save("m");
                }
            }
            """);
        Assert.Empty(await Reported(sample));
    }

    private static Dictionary<string, string> Sample() =>
        LlamaSources.Read().Append(("Usings.cs", LlamaSources.Usings)).ToDictionary(source => source.Item1, source => source.Item2);

    private static void Change(Dictionary<string, string> sample, string file, string from, string to)
    {
        Assert.Contains(from, sample[file], StringComparison.Ordinal);
        sample[file] = sample[file].Replace(from, to, StringComparison.Ordinal);
    }

    private static async Task<string[]> Reported(Dictionary<string, string> sample)
    {
        CSharpCompilation compilation = Corpus.Compile("Llama", sample.Select(file => (file.Key, file.Value)));

        // The compiler has nothing to say but that the generator's half is missing: a model's companions, and a projection's factory.
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(found => found.Severity == DiagnosticSeverity.Error && found.Id is not ("CS0534" or "CS0311")).Select(found => found.ToString()));
        ImmutableArray<Diagnostic> found = await Corpus.Analyze(compilation, TestContext.Current.CancellationToken);
        return [.. found.Select(diagnostic => diagnostic.Id).Distinct().Order(StringComparer.Ordinal)];
    }
}
