using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Benchmarks;

/// <summary>Random operands, the same in every run.</summary>
internal static class RandomValues
{
    private const double StandardDeviation = 0.02;

    /// <summary>Gaussian numbers.</summary>
    public static float[] Gaussian(int count)
    {
        float[] values = new float[count];
        new RandomSequence(0).FillGaussian(values, StandardDeviation);
        return values;
    }

    /// <summary>A matrix of Gaussian numbers.</summary>
    public static Tensor Matrix(ComputeDevice device, int rows, int columns) => Tensor.From(device, new Shape(rows, columns), Gaussian(rows * columns));
}
