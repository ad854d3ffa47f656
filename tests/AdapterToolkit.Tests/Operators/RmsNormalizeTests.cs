using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>RMS normalization against its definition in double precision, its gradients against finite differences.</summary>
public sealed class RmsNormalizeTests
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<TheoryDataRow<string, int>> Columns => TestDevices.With(TestDevices.All, [1, 5, 16, 33, 257]);

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    [Theory]
    [MemberData(nameof(Columns))]
    public void EqualsItsDefinition(string identifier, int columns)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int rows in device is CpuDevice ? (int[])[1, 7, 130] : [1, 7])
        {
            float[] x = Values(rows * columns, 1), weight = Values(columns, 2), dy = Values(rows * columns, 3), sum = Values(columns, 4);
            using Tensor argument = Tensor.From(device, new Shape(rows, columns), x), factors = Tensor.From(device, new Shape(columns), weight);
            using Tensor gradient = Tensor.From(device, argument.Shape, dy), weightGradient = Tensor.From(device, factors.Shape, sum);
            using Tensor result = Op.RmsNormalize(argument, factors, Epsilon, out Tensor inverseRms);
            using Tensor inputGradient = Op.RmsNormalizeInputGradient(gradient, argument, factors, inverseRms);
            Op.AddRmsNormalizeWeightGradient(gradient, argument, inverseRms, weightGradient);

            double[] inverses = [.. Enumerable.Range(0, rows)
                .Select(row => 1 / Math.Sqrt((Sum(columns, i => Square(x[(row * columns) + i])) / columns) + Epsilon))];
            double[] means = [.. Enumerable.Range(0, rows)
                .Select(row => Sum(columns, i => (double)weight[i] * dy[(row * columns) + i] * x[(row * columns) + i]) / columns)];
            string what = $"{rows} x {columns}";
            Close.Assert([.. inverses.Select(inverse => (float)inverse)], inverseRms.ToArray(), 1e-6, $"inverse root mean squares of {what}");
            Close.Assert(Map(x.Length, i => weight[i % columns] * x[i] * inverses[i / columns]), result.ToArray(), 1e-6, $"result of {what}");
            float[] expected = Map(x.Length,
                i => inverses[i / columns] * (((double)weight[i % columns] * dy[i]) - (x[i] * Square(inverses[i / columns]) * means[i / columns])));

            // The two terms nearly cancel where a row has few features, so the tolerance is relative to them.
            float[] terms = Map(x.Length, i => inverses[i / columns] * weight[i % columns] * dy[i]);
            Close.Assert(expected, inputGradient.ToArray(), 3e-6 * terms.Max(Math.Abs) / expected.Max(Math.Abs), $"gradient of the input of {what}");
            Close.Assert(
                Map(columns, i => sum[i] + Sum(rows, row => (double)dy[(row * columns) + i] * x[(row * columns) + i] * inverses[row])),
                weightGradient.ToArray(),
                3e-6,
                $"gradient of the weight of {what}");
            inverseRms.Release();
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void GradientsAreFiniteDifferences(string identifier)
    {
        const int rows = 3, columns = 7;
        using ComputeDevice device = TestDevices.Open(identifier);
        float[] x = Values(rows * columns, 1), weight = Values(columns, 2), dy = Values(rows * columns, 3);
        using Tensor argument = Tensor.From(device, new Shape(rows, columns), x), factors = Tensor.From(device, new Shape(columns), weight);
        using Tensor gradient = Tensor.From(device, argument.Shape, dy), weightGradient = Tensor.Zeros(device, factors.Shape);
        using Tensor result = Op.RmsNormalize(argument, factors, Epsilon, out Tensor inverseRms);
        using Tensor inputGradient = Op.RmsNormalizeInputGradient(gradient, argument, factors, inverseRms);
        Op.AddRmsNormalizeWeightGradient(gradient, argument, inverseRms, weightGradient);
        inverseRms.Release();
        FiniteDifferences.Assert(at => Loss(at, weight), x, inputGradient.ToArray(), "gradient of the input", step: 1f / 256, tolerance: 1e-4);
        FiniteDifferences.Assert(at => Loss(x, at), weight, weightGradient.ToArray(), "gradient of the weight", step: 1f / 256, tolerance: 1e-4);

        double Loss(float[] values, float[] scales)
        {
            double loss = 0;
            for (int row = 0; row < rows; row++)
            {
                double inverse = 1 / Math.Sqrt((Sum(columns, i => Square(values[(row * columns) + i])) / columns) + Epsilon);
                loss += Sum(columns, i => dy[(row * columns) + i] * scales[i] * values[(row * columns) + i] * inverse);
            }

            return loss;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ARowOfZerosGivesZeros(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor zeros = Tensor.Zeros(device, new Shape(2, 9)), weight = Tensor.From(device, new Shape(9), Values(9, 1));
        using Tensor result = Op.RmsNormalize(zeros, weight, Epsilon, out Tensor inverseRms);
        using Tensor gradient = Op.RmsNormalizeInputGradient(zeros, zeros, weight, inverseRms);
        inverseRms.Release();
        Assert.All(result.ToArray(), value => Assert.Equal(0, value));
        Assert.All(gradient.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void TheNumberOfThreadsChangesNoBit()
    {
        const int rows = 301, columns = 67;
        Assert.Equal(Run(threads: 1), Run(threads: 3));

        static float[] Run(int threads)
        {
            using CpuDevice device = new(threads);
            using Tensor x = Tensor.From(device, new Shape(rows, columns), Values(rows * columns, 1)),
                weight = Tensor.From(device, new Shape(columns), Values(columns, 2));
            using Tensor weightGradient = Tensor.Zeros(device, weight.Shape);
            using Tensor result = Op.RmsNormalize(x, weight, Epsilon, out Tensor inverseRms);
            using Tensor gradient = Op.RmsNormalizeInputGradient(result, x, weight, inverseRms);
            Op.AddRmsNormalizeWeightGradient(result, x, inverseRms, weightGradient);
            inverseRms.Release();
            return [.. result.ToArray(), .. gradient.ToArray(), .. weightGradient.ToArray()];
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void AWeightOfAnotherLengthIsRefused()
    {
        using CpuDevice device = new(threads: 1);
        using Tensor x = Tensor.Zeros(device, new Shape(2, 9)), weight = Tensor.Zeros(device, new Shape(8));
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Op.RmsNormalize(x, weight, Epsilon, out _));
        Assert.Contains("2 x 9", exception.Message, StringComparison.Ordinal);
        Assert.Contains("8", exception.Message, StringComparison.Ordinal);
    }

    private static double Square(double number) => number * number;

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);

    private static float[] Map(int count, Func<int, double> function) => [.. Enumerable.Range(0, count).Select(i => (float)function(i))];

    private static float[] Values(int count, ulong seed)
    {
        float[] values = new float[count];
        new RandomSequence(seed).FillGaussian(values, 1);
        return values;
    }
}
