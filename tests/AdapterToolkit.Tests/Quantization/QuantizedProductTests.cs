using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Modules;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>The emitted products that decode W while they multiply, against plain loops over what the codes stand for.</summary>
[Collection(nameof(VectorWidth))]
public sealed class QuantizedProductTests
{
    /// <summary>
    /// Rows, input features, output features; blocks that end with a row, in the middle of one, and in the middle of a word, for few rows and for many.
    /// </summary>
    private static readonly (int Rows, int In, int Out)[] s_shapes =
    [
        (1, 1, 1), (1, 64, 32), (1, 128, 80), (2, 33, 65), (3, 64, 48), (4, 192, 70), (3, 48, 130), (13, 100, 31),
        (31, 96, 96), (100, 64, 100), (260, 40, 70), (1, 1100, 40), (5, 1104, 40), (9, 40, 530), (130, 72, 33),
        (17, 7, 9), (20, 3, 1), (18, 33, 65), (70, 100, 67),
    ];

    /// <summary>Shapes that ILGPU's CPU accelerator is fast enough for.</summary>
    private static readonly (int Rows, int In, int Out)[] s_smallShapes = [(1, 64, 5), (2, 33, 7), (3, 48, 20)];

    public static TheoryData<string, int> LayersAndWidths
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (string layer in QuantizedLayers.Names)
            {
                foreach (int bits in (int[])[512, 256, 128])
                    data.Add(layer, bits);
            }

            return data;
        }
    }

    public static IEnumerable<TheoryDataRow<string, string>> LayersAndAccelerators => TestDevices.With(TestDevices.Accelerators, QuantizedLayers.Names);

    [Theory]
    [MemberData(nameof(LayersAndWidths))]
    public void ProductsOnTheCpuEqualPlainLoops(string name, int bits)
    {
        using VectorsOf vectors = new(bits);
        using CpuDevice device = new(threads: 2);
        foreach ((int rows, int inFeatures, int outFeatures) in s_shapes)
            CheckAll(device, name, rows, inFeatures, outFeatures);
    }

    [Theory]
    [MemberData(nameof(LayersAndAccelerators))]
    public void ProductsOnAcceleratorsEqualPlainLoops(string identifier, string name)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach ((int rows, int inFeatures, int outFeatures) in identifier == "debug" ? s_smallShapes : s_shapes)
            CheckAll(device, name, rows, inFeatures, outFeatures);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void TheNumberOfThreadsChangesNoBit(int bits)
    {
        using VectorsOf vectors = new(bits);
        foreach ((int rows, int inFeatures, int outFeatures) in ((int, int, int)[])[(260, 64, 70), (1, 704, 500)])
        {
            float[][] one = Run(1);
            for (int threads = 2; threads <= 4; threads++)
                Assert.Equal(one, Run(threads));

            float[][] Run(int threads)
            {
                using CpuDevice device = new(threads);
                ProductOperands operands = new(rows, inFeatures, outFeatures, rank: 8, hasBias: true);
                using ProductLayer layer = Load(device, operands, new Nf4Layer(inFeatures, outFeatures, bias: true));
                layer.AddAdapter();
                return [layer.Forward(), layer.ForwardBackward(inputActive: true)!, layer.GradientOfA(), layer.GradientOfB()];
            }
        }
    }

    private static ProductLayer Load(ComputeDevice device, ProductOperands operands, Linear layer) =>
        new(device, operands, layer, operands.Quantize(layer.MarkedFormat));

    private static void CheckAll(ComputeDevice device, string name, int rows, int inFeatures, int outFeatures)
    {
        bool hasBias = (rows & 1) == 1;
        Linear linear = QuantizedLayers.Create(name, inFeatures, outFeatures, hasBias);
        int rank = linear.LowRank?.Rank ?? 0;
        ProductOperands operands = new(rows, inFeatures, outFeatures, rank, hasBias);
        using ProductLayer layer = Load(device, operands, linear);
        Assert.Equal(linear.MarkedFormat, linear.Weight.Format);
        Assert.Equal(operands.W, linear.Weight.ToArray());
        ReferenceProducts plain = new(operands, hasAdapter: false);
        ProductCheck.Check(plain.Y(), layer.Forward(), $"y of {name} without adapter", operands);
        ProductCheck.Check(plain.Dx(), layer.ForwardBackward(inputActive: true)!, $"dx of {name} without adapter", operands);
        if (rank == 0)
            return;

        layer.AddAdapter();
        ReferenceProducts expected = new(operands, hasAdapter: true);
        ProductCheck.Check(expected.Y(), layer.Forward(), $"y of {name}", operands);
        ProductCheck.Check(expected.Dx(), layer.ForwardBackward(inputActive: true)!, $"dx of {name}", operands);
        ProductCheck.Check(expected.Da(), layer.GradientOfA(), $"dA of {name}", operands);
        ProductCheck.Check(expected.Db(), layer.GradientOfB(), $"dB of {name}", operands);
    }
}
