using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>The emitted products as ILGPU's kernels, in every variant, against plain loops in double precision.</summary>
public sealed class AcceleratorProductTests
{
    /// <summary>No adapter, a rank below a tile's depth, one of just its depth, and one of several pieces and a rest.</summary>
    private static readonly int[] s_ranks = [0, 3, 8, 37];

    /// <summary>Rows, input features, output features: one, fewer and more than a tile and its depth, and what divides neither.</summary>
    private static readonly (int Rows, int In, int Out)[] s_shapes =
    [
        (1, 1, 1), (1, 96, 80), (3, 33, 65), (16, 7, 130), (17, 1, 1), (17, 8, 64), (18, 9, 3), (64, 64, 64), (65, 100, 67), (130, 37, 129),
    ];

    private static readonly (int Rows, int In, int Out)[] s_smallShapes = [(1, 1, 1), (1, 9, 17), (3, 5, 2), (18, 6, 7)];

    public static IEnumerable<TheoryDataRow<string, int>> DevicesAndRanks => TestDevices.With(TestDevices.Accelerators, s_ranks);

    [Theory]
    [MemberData(nameof(DevicesAndRanks))]
    public void ProductsEqualPlainLoops(string identifier, int rank)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach ((int rows, int inFeatures, int outFeatures) in identifier == "debug" ? s_smallShapes : s_shapes)
            CheckAll(device, new ProductOperands(rows, inFeatures, outFeatures, rank, hasBias: (rows & 1) == 1));
    }

    [Theory]
    [MemberData(nameof(TestDevices.Accelerators), MemberType = typeof(TestDevices))]
    public void ASecondRunGivesTheSameBits(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        ProductOperands operands = identifier == "debug" ? new(5, 6, 7, rank: 8, hasBias: true) : new(70, 129, 66, rank: 8, hasBias: true);
        Assert.Equal(Everything(device, operands), Everything(device, operands));
    }

    [Theory]
    [MemberData(nameof(TestDevices.Accelerators), MemberType = typeof(TestDevices))]
    public void AnUntrainedAdapterChangesNothing(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        ProductOperands operands = identifier == "debug" ? new(5, 6, 7, rank: 8, hasBias: true) : new(70, 129, 66, rank: 8, hasBias: true);
        Array.Clear(operands.B);
        using ProductLayer layer = new(device, operands);
        float[] without = layer.Forward();
        layer.AddAdapter();
        Assert.Equal(without, layer.Forward());
    }

    private static void CheckAll(ComputeDevice device, ProductOperands operands)
    {
        using ProductLayer layer = new(device, operands);
        ReferenceProducts plain = new(operands, hasAdapter: false);
        Check(plain.Y(), layer.Forward(), "y without adapter", operands);
        Check(plain.Dx(), layer.ForwardBackward(inputActive: true)!, "dx without adapter", operands);
        if (operands.Rank == 0)
            return;

        layer.AddAdapter();
        ReferenceProducts expected = new(operands, hasAdapter: true);
        Check(expected.Y(), layer.Forward(), "y", operands);
        Assert.Null(layer.ForwardBackward(inputActive: false));
        Check(expected.Da(), layer.GradientOfA(), "dA", operands);
        Check(expected.Db(), layer.GradientOfB(), "dB", operands);
        Check(expected.Dx(), layer.ForwardBackward(inputActive: true)!, "dx", operands);
        Check([.. expected.Da().Select(value => 2 * value)], layer.GradientOfA(), "dA, added twice", operands);
        Check([.. expected.Db().Select(value => 2 * value)], layer.GradientOfB(), "dB, added twice", operands);
        layer.Layer.Merge(reversible: true);
        Check(expected.Merged(), layer.Layer.Weight.ToArray(), "W merged", operands);
        layer.Layer.Unmerge();
        Check([.. operands.W.Select(value => (double)value)], layer.Layer.Weight.ToArray(), "W after the merge was taken back", operands);
    }

    private static void Check(double[] expected, float[] actual, string name, ProductOperands operands) =>
        Products.ProductCheck.Check(expected, actual, name, operands);

    private static float[][] Everything(ComputeDevice device, ProductOperands operands)
    {
        using ProductLayer layer = new(device, operands);
        layer.AddAdapter();
        float[] y = layer.Forward();
        float[] dx = layer.ForwardBackward(inputActive: true)!;
        return [y, dx, layer.GradientOfA(), layer.GradientOfB()];
    }
}
