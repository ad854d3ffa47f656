using System.Collections.Immutable;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>What is emitted for each kind of annotation, and for the Llama model.</summary>
public class SnapshotTests
{
    [Theory]
    [InlineData("LowRankLayer", "Example.Projection.g.cs", Sources.LowRank)]
    [InlineData("RankStabilizedLayer", "Example.Stabilized.g.cs", Sources.RankStabilized)]
    [InlineData("LayerMadeFromDimensions", "Example.Made.g.cs", Sources.MadeFromDimensions)]
    [InlineData("FrozenLayer", "Example.Fixed.g.cs", Sources.Frozen)]
    [InlineData("TrainableNorm", "Example.Normalized.g.cs", Sources.Trainable)]
    [InlineData("UserOperatorInLoop", "Example.Squared.g.cs", Sources.UserOperator)]
    [InlineData("HelpersInForward", "Example.Residual.g.cs", Sources.Helpers)]
    [InlineData("LowRankKernelsCpu", "LowRank3Kernels.Cpu.g.cs", Sources.RankStabilized)]
    [InlineData("LowRankProductsCpu", "Linear-Cpu.g.cs", Sources.RankStabilized)]
    [InlineData("LowRankFactorsCpu", "Linear-Cpu.Factors.g.cs", Sources.RankStabilized)]
    [InlineData("LowRankLoopsCpu", "Linear-Cpu.Loops.g.cs", Sources.RankStabilized)]
    [InlineData("LowRankVectorsCpu", "Linear-Cpu.Vector128.g.cs", Sources.RankStabilized)]
    [InlineData("QuantizedKernelsCpu", "LowRank3NF4Block64NestedKernels.Cpu.g.cs", Sources.Quantized)]
    [InlineData("QuantizedFormatsCpu", "Linear-Cpu.Formats.g.cs", Sources.Quantized)]
    [InlineData("QuantizedLoopsCpu", "Linear-Cpu.Loops.g.cs", Sources.Quantized)]
    [InlineData("QuantizedVectorsCpu", "Linear-Cpu.Vector256.g.cs", Sources.Quantized)]
    [InlineData("QuantizedKernelsAccelerator", "LowRank3NF4Block64NestedKernels.Accelerator.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorTiledKernels", "Linear-Accelerator.TiledKernels.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorTileParts", "Linear-Accelerator.TileParts.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorFewRowsKernels", "Linear-Accelerator.FewRowsKernels.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorNarrowKernels", "Linear-Accelerator.NarrowKernels.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorFactorKernels", "Linear-Accelerator.FactorKernels.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorLaunches", "Linear-Accelerator.Launches.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorLowRankTerms", "Linear-Accelerator.LowRankTerms.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorRank", "Linear-Accelerator.Rank3.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorPackedWeights", "Linear-Accelerator.PackedWeights.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorSixteenBitWeight", "Linear-Accelerator.SixteenBitWeight.g.cs", Sources.Quantized)]
    [InlineData("AcceleratorBlockWeight", "Linear-Accelerator.NF4Block64NestedWeight.g.cs", Sources.Quantized)]
    public void Annotation(string name, string file, string source) => Snapshot.Verify(name, GeneratorRun.Emit(source)[file]);

    [Theory]
    [InlineData("Attention")]
    [InlineData("FeedForward")]
    [InlineData("DecoderBlock")]
    [InlineData("LlamaModel")]
    public void Llama(string type) => Snapshot.Verify($"Llama{type}", GeneratorRun.Emit(Sources.Llama)[$"Llama.{type}`1.g.cs"]);

    [Fact]
    public void Layers_of_one_configuration_share_one_set_of_kernels()
    {
        string twin = Sources.LowRank.Replace("class Projection", "class Twin", StringComparison.Ordinal);
        ImmutableSortedDictionary<string, string> one = GeneratorRun.Emit(Sources.LowRank), two = GeneratorRun.Emit(Sources.LowRank, twin);
        Assert.Equal([.. one.Keys, "Example.Twin.g.cs"], two.Keys.Order(StringComparer.Ordinal).OrderBy(name => name == "Example.Twin.g.cs"));
        Assert.Contains("LowRank8Kernels.Instance", two["Example.Twin.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_below_the_lowest_adapter_gets_backward_code()
    {
        string model = GeneratorRun.Emit(Sources.Llama)["Llama.LlamaModel`1.g.cs"];
        Assert.Contains("Embedding.Forward(tokens)", model, StringComparison.Ordinal);
        Assert.DoesNotContain("Embedding.Backward", model, StringComparison.Ordinal);
        Assert.DoesNotContain("EmbeddingRecord", model, StringComparison.Ordinal);

        const string frozenPath = """
            using AdapterToolkit; using AdapterToolkit.Models; using AdapterToolkit.Modules;
            using AdapterToolkit.Operators; using AdapterToolkit.Tensors; using AdapterToolkit.Weights;
            namespace Example;
            [LowRank(2)] public sealed partial class Adapted() : Linear(8, 8);
            [AdapterModel]
            public sealed partial class Model
            {
                public TokenEmbedding Tokens { get; } = new(16, 8);
                public Adapted Last { get; } = new();
                public Tensor Forward(TokenIds ids) => Op.Gelu(Last.Forward(Op.Silu(Tokens.Forward(ids)) * 2));
            }
            """;
        string emitted = GeneratorRun.Emit(frozenPath)["Example.Model.g.cs"];
        Assert.Contains("GeluGradient", emitted, StringComparison.Ordinal);
        Assert.DoesNotContain("SiluGradient", emitted, StringComparison.Ordinal);
        Assert.DoesNotContain("ScaleGradient", emitted, StringComparison.Ordinal);
        Assert.DoesNotContain("Silu = ", emitted[emitted.IndexOf("class SavedValues", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_sources_give_the_same_text_in_any_order()
    {
        ImmutableSortedDictionary<string, string> once = GeneratorRun.Emit(Sources.Llama),
            again = GeneratorRun.Emit(Sources.Llama),
            reversed = GeneratorRun.Emit(Sources.Llama.Reverse());
        Assert.Equal(once, again);
        Assert.Equal(once, reversed);
    }
}
