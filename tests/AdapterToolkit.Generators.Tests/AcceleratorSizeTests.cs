using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// What is emitted for accelerators has bounds: kernels are generic in the weight, the rank and the tiles, so a layer needs
/// little, and a further rank or format less.
/// </summary>
public sealed partial class AcceleratorSizeTests
{
    /// <summary>A third of what kernels for rank 8, float32, both 16-bit formats and NF4 would take without type parameters.</summary>
    private static readonly EmittedSize s_bound = new(Files: 30, Lines: 4320, Tokens: 80_000, Bytes: 250_000);

    [Fact]
    public void A_layer_stays_below_its_bound()
    {
        EmittedSize one = SizeOf(Layer(8, 4));
        Assert.True(one.IsAtMost(0.5, s_bound), $"{one} is emitted for one layer, but {s_bound} is the bound.");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(64)]
    public void A_further_rank_adds_at_most_a_quarter(int rank)
    {
        EmittedSize one = SizeOf(Layer(8, 4)), added = SizeOf(Layer(8, 4), Layer(rank, 4)) - one;
        Assert.True(added.IsAtMost(0.25, one), $"Rank {rank} adds {added} to {one}.");
    }

    [Fact]
    public void Another_format_adds_at_most_a_quarter()
    {
        EmittedSize one = SizeOf(Layer(8, 4)), added = SizeOf(Layer(8, 4), Layer(8, 8)) - one;
        Assert.True(added.IsAtMost(0.25, one), $"8 bits add {added} to {one}.");
    }

    [Fact]
    public void A_further_rank_changes_nothing_and_adds_its_sums_and_its_sets()
    {
        ImmutableSortedDictionary<string, string> one = Emit(Layer(8, 4)), two = Emit(Layer(8, 4), Layer(16, 4));
        Assert.All(one, file => Assert.Equal(file.Value, two[file.Key]));
        Assert.Equal(
            [
                "Linear-Accelerator.Rank16.g.cs", "LowRank16BFloat16Kernels.Accelerator.g.cs", "LowRank16Float16Kernels.Accelerator.g.cs",
                "LowRank16Kernels.Accelerator.g.cs", "LowRank16NF4Block64NestedKernels.Accelerator.g.cs",
            ],
            two.Keys.Except(one.Keys).Order(StringComparer.Ordinal));
    }

    private static string Layer(int rank, int bits) => $$"""
        namespace Example;

        [AdapterToolkit.LowRank({{rank}}), AdapterToolkit.Quantized({{bits}})]
        public partial class Layer{{rank}}In{{bits}}(int features) : AdapterToolkit.Modules.Linear(features, features);
        """;

    private static EmittedSize SizeOf(params IEnumerable<string> layers) => EmittedSize.Of(Emit(layers).Values);

    private static ImmutableSortedDictionary<string, string> Emit(params IEnumerable<string> layers) =>
        GeneratorRun.Emit(layers).Where(file => AcceleratorFile().IsMatch(file.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    [GeneratedRegex(@"[.-]Accelerator\.")]
    private static partial Regex AcceleratorFile();
}
