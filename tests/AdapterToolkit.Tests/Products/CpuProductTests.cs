using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>The emitted products on the CPU, in vectors of every width, against plain loops in double precision.</summary>
[Collection(nameof(VectorWidth))]
public sealed class CpuProductTests
{
    /// <summary>Rows, input features, output features: one, fewer and more than a tile, a panel and a block of the depth.</summary>
    private static readonly (int Rows, int In, int Out)[] s_shapes =
    [
        (1, 1, 1), (1, 5, 3), (1, 96, 80), (2, 33, 65), (3, 16, 32), (7, 48, 130), (13, 100, 31), (31, 64, 96),
        (50, 129, 70), (100, 37, 100), (260, 40, 70), (400, 17, 33), (5, 1100, 40), (9, 40, 2100),
    ];

    public static TheoryData<int, int> WidthsAndRanks
    {
        get
        {
            TheoryData<int, int> data = [];
            foreach (int bits in (int[])[512, 256, 128])
            {
                foreach (int rank in (int[])[0, 1, 3, 4, 8, 16, 37])
                    data.Add(bits, rank);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WidthsAndRanks))]
    public void ProductsEqualPlainLoops(int bits, int rank)
    {
        using VectorsOf vectors = new(bits);
        using CpuDevice device = new(threads: 2);
        foreach ((int rows, int inFeatures, int outFeatures) in s_shapes)
            CheckAll(device, new ProductOperands(rows, inFeatures, outFeatures, rank, hasBias: (rows & 1) == 1));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void TheNumberOfThreadsChangesNoBit(int bits)
    {
        using VectorsOf vectors = new(bits);
        foreach ((int rows, int inFeatures, int outFeatures) in ((int, int, int)[])[(260, 40, 70), (50, 129, 70), (1, 700, 500)])
        {
            ProductOperands operands = new(rows, inFeatures, outFeatures, rank: 8, hasBias: true);
            float[][] one = Everything(operands, threads: 1);
            for (int threads = 2; threads <= 5; threads++)
                Assert.Equal(one, Everything(operands, threads));
        }
    }

    [Fact]
    public void AnUntrainedAdapterChangesNoBit()
    {
        using CpuDevice device = new();
        ProductOperands operands = new(50, 129, 70, rank: 8, hasBias: true);
        Array.Clear(operands.B);
        using ProductLayer layer = new(device, operands);
        float[] without = layer.Forward();
        layer.AddAdapter();
        Assert.Equal(without, layer.Forward());
    }

    [Fact]
    public void WidthsThatAreNotEmittedAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorWidth.Bits = 64);
        Assert.Contains(VectorWidth.Widest, (int[])[128, 256, 512]);
    }

    private static void CheckAll(CpuDevice device, ProductOperands operands)
    {
        using ProductLayer layer = new(device, operands);
        ReferenceProducts plain = new(operands, hasAdapter: false);
        ProductCheck.Check(plain.Y(), layer.Forward(), "y without adapter", operands);
        ProductCheck.Check(plain.Dx(), layer.ForwardBackward(inputActive: true)!, "dx without adapter", operands);
        if (operands.Rank == 0)
            return;

        layer.AddAdapter();
        ReferenceProducts expected = new(operands, hasAdapter: true);
        ProductCheck.Check(expected.Y(), layer.Forward(), "y", operands);
        Assert.Null(layer.ForwardBackward(inputActive: false));
        ProductCheck.Check(expected.Da(), layer.GradientOfA(), "dA", operands);
        ProductCheck.Check(expected.Db(), layer.GradientOfB(), "dB", operands);
        ProductCheck.Check(expected.Dx(), layer.ForwardBackward(inputActive: true)!, "dx", operands);
        ProductCheck.Check([.. expected.Da().Select(value => 2 * value)], layer.GradientOfA(), "dA, added twice", operands);
        ProductCheck.Check([.. expected.Db().Select(value => 2 * value)], layer.GradientOfB(), "dB, added twice", operands);
        layer.Layer.Merge(reversible: true);
        ProductCheck.Check(expected.Merged(), layer.Layer.Weight.ToArray(), "W merged", operands);
        ProductCheck.Check(expected.Y(), layer.Forward(), "y after the merge", operands);
        layer.Layer.Unmerge();
        ProductCheck.Check([.. operands.W.Select(value => (double)value)], layer.Layer.Weight.ToArray(), "W after the merge was taken back", operands);
    }

    private static float[][] Everything(ProductOperands operands, int threads)
    {
        using CpuDevice device = new(threads);
        using ProductLayer layer = new(device, operands);
        layer.AddAdapter();
        float[] y = layer.Forward();
        float[] dx = layer.ForwardBackward(inputActive: true)!;
        return [y, dx, layer.GradientOfA(), layer.GradientOfB()];
    }
}
