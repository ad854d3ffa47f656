using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// A user compiles what is emitted for accelerators at every build, so its size has bounds: of what one layer needs, of what
/// each further rank adds, and of what a format adds.
/// </summary>
public sealed class AcceleratorSizeTests
{
    /// <summary>What a layer of rank 8 and 4 bits needs.</summary>
    private static readonly Size s_layer = new(Lines: 2300, Tokens: 26000, Bytes: 115_000);

    [Fact]
    public void A_layer_stays_below_its_bound()
    {
        Size one = SizeOf(Layer(8, 4));
        Assert.True(one.IsAtMost(s_layer), $"{one} is emitted for one layer, but {s_layer} is the bound.");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(64)]
    public void A_further_rank_adds_at_most_a_quarter(int rank)
    {
        Size one = SizeOf(Layer(8, 4)), two = SizeOf(Layer(8, 4), Layer(rank, 4));
        Size added = two - one;
        Assert.True((added * 4).IsAtMost(one), $"Rank {rank} adds {added} to {one}.");
    }

    [Fact]
    public void Another_format_adds_at_most_a_quarter()
    {
        Size one = SizeOf(Layer(8, 4)), two = SizeOf(Layer(8, 4), Layer(8, 8));
        Size added = two - one;
        Assert.True((added * 4).IsAtMost(one), $"8 bits add {added} to {one}.");
    }

    [Fact]
    public void What_does_not_depend_on_the_rank_is_emitted_once()
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

    private static Size SizeOf(params IEnumerable<string> layers) => Emit(layers).Values.Select(text => new Size(
            text.Count(letter => letter == '\n'),
            CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Count(),
            System.Text.Encoding.UTF8.GetByteCount(text)))
        .Aggregate((left, right) => left + right);

    private static ImmutableSortedDictionary<string, string> Emit(params IEnumerable<string> layers) =>
        GeneratorRun.Emit(layers).Where(file => file.Key.Contains("Accelerator", StringComparison.Ordinal)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    private readonly record struct Size(int Lines, int Tokens, int Bytes)
    {
        public static Size operator +(Size left, Size right) => new(left.Lines + right.Lines, left.Tokens + right.Tokens, left.Bytes + right.Bytes);

        public static Size operator -(Size left, Size right) => new(left.Lines - right.Lines, left.Tokens - right.Tokens, left.Bytes - right.Bytes);

        public static Size operator *(Size size, int factor) => new(size.Lines * factor, size.Tokens * factor, size.Bytes * factor);

        public bool IsAtMost(Size bound) => Lines <= bound.Lines && Tokens <= bound.Tokens && Bytes <= bound.Bytes;
    }
}
