using System.Collections.Immutable;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The kernels of an assembly are those that its layers need, and compile without a warning whichever these are.</summary>
public sealed class KernelNeedsTests
{
    [Theory]
    [InlineData("Frozen")]
    [InlineData("LowRank(1)")]
    [InlineData("LowRank(8)")]
    [InlineData("LowRank(37)")]
    [InlineData("Quantized(16)")]
    [InlineData("Quantized(8)")]
    [InlineData("Quantized(4)")]
    [InlineData("Quantized(4, Format = AdapterToolkit.QuantizationFormat.FP4, BlockSize = 128, DoubleQuantized = false)")]
    [InlineData("LowRank(3), AdapterToolkit.Quantized(16)")]
    [InlineData("LowRank(12), AdapterToolkit.Quantized(8)")]
    [InlineData("LowRank(8), AdapterToolkit.Quantized(4)")]
    public void Kernels_of_one_annotation_compile_without_a_warning(string annotations) => Assert.Empty(GeneratorRun.Check(Layer("First", annotations)));

    [Fact]
    public void Kernels_of_many_annotations_compile_without_a_warning() => Assert.Empty(GeneratorRun.Check(
        Layer("First", "LowRank(8), AdapterToolkit.Quantized(4)"),
        Layer("Second", "LowRank(3), AdapterToolkit.Quantized(8, DoubleQuantized = false)"),
        Layer("Third", "Frozen"),
        Layer("Fourth", "LowRank(21)")));

    [Fact]
    public void Frozen_layers_get_nothing_of_adapters_or_formats()
    {
        ImmutableSortedDictionary<string, string> files = GeneratorRun.Emit(Layer("First", "Frozen"));
        Assert.DoesNotContain("Linear-Cpu.Factors.g.cs", files.Keys);
        Assert.DoesNotContain("Linear-Cpu.Formats.g.cs", files.Keys);
        Assert.All(Kernels(files), text =>
        {
            Assert.DoesNotContain("factors?.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("rank + 1 < TRank.Value", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Scales", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Codebook", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Sixteen_bits_get_nothing_of_codes_that_share_scales() =>
        Assert.All(Kernels(GeneratorRun.Emit(Layer("First", "Quantized(16)"))), text =>
        {
            Assert.DoesNotContain("Scales<", text, StringComparison.Ordinal);
            Assert.DoesNotContain("LookUp", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Dynamic8", text, StringComparison.Ordinal);
        });

    private static IEnumerable<string> Kernels(ImmutableSortedDictionary<string, string> files) =>
        files.Where(file => file.Key.StartsWith("Linear-Cpu", StringComparison.Ordinal)).Select(file => file.Value);

    private static string Layer(string name, string annotations) => $$"""
        namespace Example;

        /// <summary>A layer.</summary>
        [AdapterToolkit.{{annotations}}]
        public partial class {{name}}(int features) : AdapterToolkit.Modules.Linear(features, features);
        """;
}
