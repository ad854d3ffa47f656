using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Kernels for accelerators are generic in the weight and the rank, so a further one of either adds what depends on it alone.</summary>
public sealed partial class AcceleratorSizeTests
{
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
