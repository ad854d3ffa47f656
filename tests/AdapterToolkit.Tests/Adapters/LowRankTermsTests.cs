using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Quantization;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>A product with a list of low-rank terms computes what separate runs do: y, dx, and dA and dB of each term.</summary>
[Collection(nameof(VectorWidth))]
public sealed class LowRankTermsTests
{
    private const double Tolerance = 2e-5;

    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    /// <summary>A vector width and a rank: one step, less than a block of steps, one block, and several with a rest.</summary>
    public static TheoryData<int, int> WidthsAndRanks => new(from bits in (int[])[512, 256, 128] from rank in (int[])[1, 3, 8, 37] select (bits, rank));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Interleaved_rows_and_rows_with_none(string identifier) =>
        Check(identifier, inFeatures: 10, outFeatures: 7, rows: 11, [[new(0, 2), new(5, 4)], [new(2, 3), new(10, 1)]]);

    [Theory]
    [MemberData(nameof(Devices))]
    public void Two_terms_on_some_rows_one_on_others_and_none_on_others(string identifier) =>
        Check(identifier, inFeatures: 10, outFeatures: 7, rows: 11, [[new(0, 6)], [new(3, 5), new(9, 1)]]);

    [Theory]
    [MemberData(nameof(Devices))]
    public void Two_terms_on_every_row(string identifier) => Check(identifier, inFeatures: 10, outFeatures: 7, rows: 5, [[new(0, 5)], [new(0, 5)]]);

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_term_on_all_rows_beside_one_on_the_first_rows_and_one_on_the_last(string identifier) =>
        Check(identifier, inFeatures: 10, outFeatures: 7, rows: 6, [[new(0, 2)], null, [new(4, 2)]]);

    [Theory]
    [MemberData(nameof(Devices))]
    public void More_terms_than_a_launch_takes(string identifier) =>
        Check(identifier, inFeatures: 9, outFeatures: 35, rows: 20, [.. Enumerable.Range(0, 10).Select(i => (RowRange[])[new(i, 3), new(i + 7, 1)])]);

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Many_rows_in_tiles(string identifier) =>
        Check(identifier, inFeatures: 70, outFeatures: 130, rows: 90, [[new(0, 40), new(60, 7)], [new(33, 20)], [new(35, 2), new(53, 30)]]);

    [Theory]
    [MemberData(nameof(WidthsAndRanks))]
    public void Vectors_of_every_width(int bits, int rank)
    {
        using VectorsOf vectors = new(bits);
        using CpuDevice device = new(threads: 2);
        foreach ((int rows, int inFeatures, int outFeatures) in ((int, int, int)[])[(1, 33, 65), (4, 100, 31), (70, 48, 130), (260, 40, 70), (9, 1100, 40)])
        {
            RowRange[] first = [new(0, (rows / 2) + 1)], second = [new(rows / 3, rows - (rows / 3))], third = [new(0, rows)];
            Check(device, ProductLayer.Create(rank, inFeatures, outFeatures, bias: true), rows, [first, second, third]);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Quantized_weights(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int rows in (int[])[2, 9])
        {
            Linear layer = new Nf4Layer(64, 40);
            layer.Load(layer.Weight, device, Random(64 * 40), WeightFormat.NF4(doubleQuantized: true), "weight");
            CheckLoaded(layer, rows, [[new(0, 1)], [new(0, rows - 1)]]);
        }
    }

    [Fact]
    public void A_list_of_one_on_all_rows_is_the_term_alone()
    {
        using CpuDevice device = new(threads: 1);
        using LowRankFactors factors = Factors(device);
        Assert.Same(factors, LowRankTerms.Of([new LowRankTerm(factors)]).OnAllRows);
        Assert.Null(LowRankTerms.Of([new LowRankTerm(factors, [new(0, 3)])]).OnAllRows);
        Assert.True(LowRankTerms.Of([new LowRankTerm(factors, [])]).IsEmpty);
        Assert.True(LowRankTerms.Of([]).IsEmpty);
    }

    [Fact]
    public void Rows_are_divided_where_their_terms_change()
    {
        using CpuDevice device = new(threads: 1);
        using LowRankFactors first = Factors(device), second = Factors(device);
        LowRankTerms terms = LowRankTerms.Of([new LowRankTerm(first, [new(0, 4), new(4, 2)]), new LowRankTerm(second)]);
        Assert.Equal(2, terms.Slots);
        Assert.Equal(
            [new LowRankPlacement(first, 0, 6, 0), new LowRankPlacement(second, 0, 6, 1), new LowRankPlacement(second, 6, int.MaxValue, 0)],
            terms.Placements.ToArray());
        Assert.Equal([first, second], terms.Factors);
    }

    [Fact]
    public void A_term_that_stands_twice_on_a_row_or_on_rows_that_are_not_there_is_refused()
    {
        using CpuDevice device = new(threads: 1);
        using LowRankFactors factors = Factors(device);
        ArgumentException twice = Assert.Throws<ArgumentException>(() => LowRankTerms.Of([new LowRankTerm(factors, [new(0, 3), new(2, 1)])]));
        Assert.Contains("row 2", twice.Message, StringComparison.Ordinal);
        LowRankTerms beyond = LowRankTerms.Of([new LowRankTerm(factors, [new(3, 2)])]);
        beyond.ThrowIfBeyond(5);
        Assert.Contains("3 to 4", Assert.Throws<ArgumentException>(() => beyond.ThrowIfBeyond(4)).Message, StringComparison.Ordinal);
    }

    private static LowRankFactors Factors(ComputeDevice device) => new(device, "layer", new LowRankSettings(1, 1, false), 1, 1, false, [1], [1]);

    private static void Check(string identifier, int inFeatures, int outFeatures, int rows, IReadOnlyList<RowRange[]?> ranges)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Check(device, ProductLayer.Create(4, inFeatures, outFeatures, bias: true), rows, ranges);
    }

    private static void Check(ComputeDevice device, Linear layer, int rows, IReadOnlyList<RowRange[]?> ranges)
    {
        layer.Weight.Load(device, Random(layer.InFeatures * layer.OutFeatures));
        layer.Bias?.Load(device, Random(layer.OutFeatures));
        CheckLoaded(layer, rows, ranges);
        Assert.Equal(0, device.HeldBytes);
    }

    private static void CheckLoaded(Linear layer, int rows, IReadOnlyList<RowRange[]?> ranges)
    {
        foreach (bool inputActive in (bool[])[true, false])
        {
            using LayerTerms terms = new(layer, ranges, rows);
            terms.AssertEqualsSeparateRuns(Tolerance, inputActive);
        }

        layer.Weight.Dispose();
        layer.Bias?.Dispose();
    }

    private static float[] Random(int count)
    {
        Random random = new(count);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)];
    }
}
