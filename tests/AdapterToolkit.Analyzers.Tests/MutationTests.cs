using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// The Llama sample is broken in each of the ways that the table of rules names, one at a time: exactly that rule reports it.
/// </summary>
public sealed class MutationTests
{
    /// <summary>What a user would add to multiply matrices, which the sample does not.</summary>
    private const string Helpers = """
        namespace Llama;

        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Optimizers;
        using AdapterToolkit.Tensors;
        using AdapterToolkit.Training;

        public static class Matrices
        {
            [Gradient(nameof(MatMulGradient))]
            public static Tensor MatMul(Tensor left, Tensor right) => left.AllocateLike();

            public static (Tensor? Left, Tensor? Right) MatMulGradient(Tensor gradient, Tensor left, Tensor right) => (gradient.Retain(), gradient.Retain());

            public static Tensor Transpose(Tensor x) => x;
        }

        """;

    [Theory]
    [InlineData("ADT0001", "Projection.cs", "public sealed partial class Projection", "public sealed class Projection")]
    [InlineData("ADT0001", "FeedForward.cs", "public sealed partial class FeedForward", "public sealed class FeedForward")]
    [InlineData("ADT0002", "Projection.cs", "LowRank(8, Alpha = 16)", "LowRank(0)")]
    [InlineData("ADT0002", "Projection.cs", ": Linear(inFeatures, outFeatures, bias)", ": Linear(8, 64, bias)")]
    [InlineData("ADT0003", "Projection.cs", ": Linear(inFeatures, outFeatures, bias)", ": Linear(9, 64, bias)")]
    [InlineData("ADT0004", "Projection.cs", "Quantized(4)", "Quantized(5)")]
    [InlineData("ADT0005", "Attention.cs", "[Checkpoint(\"q_proj\")]", "[Checkpoint(\"q_proj\"), Trainable]")]
    [InlineData("ADT0104", "Attention.cs", "Value.Forward(x)", "Key.Forward(x)")]
    [InlineData("ADT0104", "FeedForward.cs", "Op.SwiGlu(Gate.Forward(x), Up.Forward(x))", "Op.Silu(Up.Forward(x))")]
    [InlineData("ADT0104", "DecoderBlock.cs", "x += Attention.Forward(InputNorm.Forward(x), context);", "x += InputNorm.Forward(x);")]
    [InlineData("ADT0201", "FeedForward.cs", "=> Down", "=> Tensor.From(x.Device, x.Shape, x.ToArray()) + Down")]
    [InlineData("ADT0202", "Projection.cs", "LowRank(8, Alpha = 16), ", "")]
    [InlineData("ADT0202", "LlamaModel.cs", "x = block.Forward(x, context);", "x = -x;")]
    public async Task TheRuleReportsABrokenModel(string rule, params string[] changes)
    {
        Dictionary<string, string> sample = Sample();
        for (int i = 0; i < changes.Length; i += 3)
            Change(sample, changes[i], changes[i + 1], changes[i + 2]);
        Assert.Equal([rule], await Reported(sample));
    }

    [Theory]
    [InlineData("ADT0101", "Tensor delta = Matrices.MatMul(layer.Factors!.B.Value, layer.Factors.A.Value); return layer.Forward(x) + Matrices.MatMul(delta, x);")]
    [InlineData("ADT0102", "new AdamW().Step([layer.Factors!.A, layer.Factors.B, new Parameter(layer.Weight.ToTensor())], 1e-3); return x;")]
    [InlineData("ADT0103", "layer.Weight.Data.CopyFrom(x.ToArray()); return x;")]
    [InlineData("ADT0105", "return Matrices.MatMul(x, Matrices.Transpose(layer.Weight.ToTensor()));")]
    [InlineData("ADT0106", "layer.SetFactors(new LowRankFactors(x.Device, \"q\", layer.LowRank!, 8, 8, false, new float[8 * layer.InFeatures], new float[layer.OutFeatures * 8])); return x;")]
    [InlineData("ADT0107", "model.MergeTo(16); model.Adapter.Save(\"adapter\"); return x;")]
    [InlineData("ADT0107", "layer.MergeTo(32); layer.MergeTo(32); return x;")]
    [InlineData("ADT0109", "return Matrices.MatMul(Matrices.MatMul(x, Matrices.Transpose(layer.Factors!.A.Value)), Matrices.Transpose(layer.Factors.B.Value));")]
    public async Task TheRuleReportsABrokenUse(string rule, string body)
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Use.cs", Helpers + $$"""
            public sealed class Use(LlamaModel model)
            {
                public Tensor Forward(Tensor x) => Run(x, model.Blocks[0].Attention.Query);

                private Tensor Run(Tensor x, Projection layer) => x;
            }
            """.Replace("=> Run(x, model.Blocks[0].Attention.Query);", $"{{ Projection layer = model.Blocks[0].Attention.Query; {body} }}", StringComparison.Ordinal));
        Assert.Equal([rule], await Reported(sample));
    }

    [Theory]
    [InlineData("model.Merge(requantize: true);")]
    [InlineData("model.Blocks[0].FeedForward.Up.Merge(reversible: true);")]
    public async Task TheRuleReportsAMergeIntoQuantizedWeights(string statement)
    {
        Dictionary<string, string> sample = Sample();
        sample.Add("Use.cs", Helpers + $"public static class Use {{ public static void Run(LlamaModel model) => {statement} }}");
        Assert.Equal(["ADT0108"], await Reported(sample));
        Change(sample, "Projection.cs", ", Quantized(4)", "");
        Assert.Empty(await Reported(sample));
    }

    [Fact]
    public async Task TheUnbrokenModelIsSilent()
    {
        Dictionary<string, string> sample = Sample();
        Assert.Empty(await Reported(sample));
        sample.Add("Use.cs", Helpers + "public static class Use { public static void Run(LlamaModel model, AdamW optimizer) { optimizer.Step(model.TrainableParameters, 1); model.MergeTo(16); model.Save(\"m\"); } }");
        Assert.Empty(await Reported(sample));
    }

    private static Dictionary<string, string> Sample() =>
        Corpus.Read(Corpus.Files("samples", "Llama")).ToDictionary(source => Path.GetFileName(source.Path), source => source.Text);

    private static void Change(Dictionary<string, string> sample, string file, string from, string to)
    {
        Assert.Contains(from, sample[file], StringComparison.Ordinal);
        sample[file] = sample[file].Replace(from, to, StringComparison.Ordinal);
    }

    private static async Task<string[]> Reported(Dictionary<string, string> sample)
    {
        ImmutableArray<Diagnostic> found = await Corpus.Analyze(Corpus.Compile("Llama", sample.Select(file => (file.Key, file.Value))), TestContext.Current.CancellationToken);
        return [.. found.Select(diagnostic => diagnostic.Id).Distinct().Order(StringComparer.Ordinal)];
    }
}
