using AdapterToolkit.Devices;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Optimizers;

/// <summary>The sum of the squares of several tensors against a plain loop in double precision.</summary>
public sealed class GradientNormTests
{
    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    [Theory]
    [MemberData(nameof(Devices))]
    public void TheSumEqualsAPlainLoop(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RandomSequence random = new(5);
        List<Tensor> tensors = [];
        double expected = 0;
        foreach (int elements in (int[])[1, 7, 0, 4096, 4097, 10_000])
        {
            float[] numbers = new float[elements];
            random.FillGaussian(numbers, elements);
            tensors.Add(Tensor.From(device, new Shape(elements), numbers));
            expected += numbers.Sum(number => (double)number * number);
        }

        double sum = GradientNorm.SumOfSquares(tensors);
        Assert.Equal(expected, sum, expected * 1e-12);
        Assert.Equal(sum, GradientNorm.SumOfSquares(tensors));
        Assert.Equal(Math.Sqrt(sum), GradientNorm.Of(tensors));
        if (device is AcceleratorDevice accelerator)
            Assert.Equal(expected, GradientNorm.SumOfSquares(accelerator, tensors, isDouble: false), expected * 1e-6);
        foreach (Tensor tensor in tensors)
            tensor.Release();
        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void NothingSumsToZero(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor empty = Tensor.Zeros(device, new Shape(0));
        Assert.Equal(0, GradientNorm.SumOfSquares([]));
        Assert.Equal(0, GradientNorm.SumOfSquares([empty]));
    }
}
