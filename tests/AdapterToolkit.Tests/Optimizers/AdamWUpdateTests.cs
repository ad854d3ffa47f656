using AdapterToolkit.Devices;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Optimizers;

/// <summary>The step of AdamW against its definition in double precision.</summary>
public sealed class AdamWUpdateTests
{
    private const double LearningRate = 3e-3, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-6, WeightDecay = 0.1;

    public static IEnumerable<TheoryDataRow<string, int>> Cases => TestDevices.With(TestDevices.All, [1, 15, 33, 1000]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void SeveralStepsEqualTheDefinition(string identifier, int elements)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RandomSequence random = new(7);
        float[] start = Gaussian(random, elements, 1);
        using Tensor value = Tensor.From(device, new Shape(elements), start);
        using Tensor gradient = Tensor.Zeros(device, value.Shape);
        using Tensor firstMoment = Tensor.Zeros(device, value.Shape);
        using Tensor secondMoment = Tensor.Zeros(device, value.Shape);
        double[] w = [.. start.Select(number => (double)number)], m = new double[elements], v = new double[elements];

        for (int step = 1; step <= 6; step++)
        {
            // Gradients of very different size, as layers have them, and one step whose gradient is zero.
            float[] numbers = Gaussian(random, elements, step == 4 ? 0 : Math.Pow(10, -step));
            float factor = step == 2 ? 0.25f : 1;
            double rate = LearningRate / step;
            gradient.CopyFrom(numbers);
            new AdamWUpdate(rate, Beta1, Beta2, Epsilon, WeightDecay, step, factor).Apply(value, gradient, firstMoment, secondMoment);
            for (int i = 0; i < elements; i++)
            {
                double g = (double)numbers[i] * factor;
                w[i] *= 1 - (rate * WeightDecay);
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                double denominator = (Math.Sqrt(v[i]) / Math.Sqrt(1 - Math.Pow(Beta2, step))) + Epsilon;
                w[i] -= rate / (1 - Math.Pow(Beta1, step)) * m[i] / denominator;
            }

            Close.Assert(Singles(w), value.ToArray(), 1e-6, $"{elements} parameters after step {step}");
            Close.Assert(Singles(m), firstMoment.ToArray(), 1e-6, $"first moments after step {step}");
            Close.Assert(Singles(v), secondMoment.ToArray(), 1e-6, $"second moments after step {step}");
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void TheNumberOfThreadsChangesNoBit()
    {
        float[] one = OneStep(threads: 1), three = OneStep(threads: 3);
        Assert.Equal(one, three);

        static float[] OneStep(int threads)
        {
            const int Elements = 100_003;
            using CpuDevice device = new(threads);
            RandomSequence random = new(11);
            using Tensor value = Tensor.From(device, new Shape(Elements), Gaussian(random, Elements, 1));
            using Tensor gradient = Tensor.From(device, value.Shape, Gaussian(random, Elements, 1));
            using Tensor firstMoment = Tensor.Zeros(device, value.Shape);
            using Tensor secondMoment = Tensor.Zeros(device, value.Shape);
            new AdamWUpdate(LearningRate, Beta1, Beta2, Epsilon, WeightDecay, 1).Apply(value, gradient, firstMoment, secondMoment);
            return value.ToArray();
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void AGradientOfAnotherShapeIsRefused()
    {
        using CpuDevice device = new(threads: 1);
        using Tensor value = Tensor.Zeros(device, new Shape(4, 3));
        using Tensor gradient = Tensor.Zeros(device, new Shape(3, 4));
        ArgumentException exception = Assert.Throws<ArgumentException>(() =>
            new AdamWUpdate(LearningRate, Beta1, Beta2, Epsilon, WeightDecay, 1).Apply(value, gradient, value, value));
        Assert.Contains("4 x 3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("3 x 4", exception.Message, StringComparison.Ordinal);
    }

    private static float[] Gaussian(RandomSequence random, int count, double standardDeviation)
    {
        float[] numbers = new float[count];
        random.FillGaussian(numbers, standardDeviation);
        return numbers;
    }

    private static float[] Singles(double[] numbers) => [.. numbers.Select(number => (float)number)];
}
