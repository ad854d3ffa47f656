using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Optimizers;

/// <summary>AdamW with moments in 8 bits.</summary>
public sealed class EightBitStateTests
{
    private const double LearningRate = 3e-3, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, WeightDecay = 0.1;
    private const int BlockSize = 256;

    public static IEnumerable<TheoryDataRow<string, int>> Cases => TestDevices.With(TestDevices.All, [1, 255, 256, 1003]);

    /// <summary>
    /// Every step against the definition: from the codes and scales before it, the moments and the parameter in double
    /// precision; then the scales must be the moments' largest magnitudes and every code the nearest, to rounding.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryStepIsTheDefinition(string identifier, int elements)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RandomSequence random = new(7);
        using Tensor value = Tensor.From(device, new Shape(elements), Gaussian(random, elements, 1));
        using Tensor gradient = Tensor.Zeros(device, value.Shape);
        using Tensor maps = EightBitMaps.Create(device);
        using EightBitMoment first = new(device, elements), second = new(device, elements);
        double[] signed = Doubles(Codebooks.Dynamic8), unsigned = Doubles(Codebooks.UnsignedDynamic8);
        for (int step = 1; step <= 6; step++)
        {
            float[] numbers = Gaussian(random, elements, step == 4 ? 0 : Math.Pow(10, -step));
            gradient.CopyFrom(numbers);
            double[] w = Doubles(value.ToArray()), m = Decode(first, signed, elements), v = Decode(second, unsigned, elements);
            float factor = step == 2 ? 0.25f : 1;
            for (int i = 0; i < elements; i++)
            {
                double g = (double)numbers[i] * factor;
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                double denominator = (Math.Sqrt(v[i]) / Math.Sqrt(1 - Math.Pow(Beta2, step))) + Epsilon;
                w[i] = (w[i] * (1 - (LearningRate * WeightDecay))) - (LearningRate / (1 - Math.Pow(Beta1, step)) * m[i] / denominator);
            }

            new AdamWUpdate(LearningRate, Beta1, Beta2, Epsilon, WeightDecay, step, factor).Apply(value, gradient, first, second, maps);

            Close.Assert([.. w.Select(number => (float)number)], value.ToArray(), 1e-5, $"{elements} parameters after step {step}");
            AssertQuantized(first, signed, m, $"the first moment after step {step}");
            AssertQuantized(second, unsigned, v, $"the second moment after step {step}");
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void MapsHaveTheDynamicMapsValues()
    {
        float[] unsigned = Codebooks.UnsignedDynamic8.ToArray();
        Assert.Equal(256, unsigned.Length);
        Assert.Equal(unsigned.Order(), unsigned);
        Assert.Equal(0, unsigned[0]);
        Assert.Equal(1, unsigned[^1]);

        // Seven decades of 2, 4, .. 128 values, each in the middle of an equal part of its decade.
        int code = 1;
        for (int decade = 0; decade < 7; decade++)
        {
            int parts = 2 << decade;
            for (int part = 0; part < parts; part++)
            {
                double expected = Math.Pow(10, decade - 6) * (0.1 + (0.9 * (part + 0.5) / parts));
                Assert.Equal(expected, unsigned[code++], 1e-6 * expected);
            }
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void SmallParametersKeep32Bits()
    {
        using CpuDevice device = new(threads: 1);
        using Parameter small = ParameterOf(device, "small", 4095), large = ParameterOf(device, "large", 4096);
        using AdamW optimizer = new() { StateBits = 8 };
        optimizer.Step([small], 0.01);
        Assert.Equal(2 * 4095 * sizeof(float), optimizer.Bytes);
        optimizer.Step([small, large], 0.01);
        Assert.Equal((2 * 4095 * sizeof(float)) + (2 * (4096 + (4096 / BlockSize * sizeof(float)))), optimizer.Bytes);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void TheStateTakesAQuarterOfTheBytes()
    {
        using CpuDevice device = new(threads: 1);
        using Parameter parameter = ParameterOf(device, "p", 100_003);
        using AdamW eight = new() { StateBits = 8 }, full = new();
        eight.Step([parameter], 0.01);
        full.Step([parameter], 0.01);
        Assert.InRange((double)eight.Bytes / full.Bytes, 0.25, 0.255);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void TheNumberOfThreadsChangesNoBit()
    {
        Assert.Equal(AfterSteps(threads: 1), AfterSteps(threads: 3));

        static float[] AfterSteps(int threads)
        {
            using CpuDevice device = new(threads);
            using Parameter parameter = ParameterOf(device, "p", 100_003);
            using AdamW optimizer = new() { StateBits = 8 };
            for (int step = 0; step < 3; step++)
                optimizer.Step([parameter], 0.01);
            return parameter.Value.ToArray();
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AReloadedStateGoesOnWithTheSameBits(string identifier)
    {
        using TemporaryFolder folder = new();
        using ComputeDevice device = TestDevices.Open(identifier);
        string path = folder["optimizer.safetensors"];
        using Parameter large = ParameterOf(device, "large", 523), small = ParameterOf(device, "small", 100);
        using AdamW optimizer = new() { StateBits = 8, MinimumSize = 500 };
        optimizer.Step([large, small], 0.01);
        optimizer.Step([large, small], 0.01);
        optimizer.Save(path, [large, small]);
        using Parameter largeAgain = Copy(large), smallAgain = Copy(small);
        optimizer.Step([large, small], 0.01);

        using AdamW reloaded = new() { StateBits = 8, MinimumSize = 500 };
        reloaded.Load(path, [largeAgain, smallAgain]);
        reloaded.Step([largeAgain, smallAgain], 0.01);

        Assert.Equal(large.Value.ToArray(), largeAgain.Value.ToArray());
        Assert.Equal(small.Value.ToArray(), smallAgain.Value.ToArray());
        Assert.Equal(optimizer.Bytes, reloaded.Bytes);
        reloaded.Save(folder["again.safetensors"], [largeAgain, smallAgain]);
        optimizer.Save(path, [large, small]);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder["again.safetensors"]));
    }

    [Theory]
    [InlineData(8, 32)]
    [InlineData(32, 8)]
    [Trait("Device", "cpu")]
    public void AStateOfOtherBitsIsRefusedAndLeavesTheOptimizerAsItWas(int saved, int loaded)
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        string path = folder["optimizer.safetensors"];
        using Parameter first = ParameterOf(device, "model.a", 300), second = ParameterOf(device, "model.b", 300);
        using (AdamW optimizer = new() { StateBits = saved, MinimumSize = 0 })
        {
            optimizer.Step([first, second], 0.01);
            optimizer.Save(path, [first, second]);
        }

        using AdamW other = new() { StateBits = loaded, MinimumSize = 0 };
        other.Step([first], 0.01);
        long bytes = other.Bytes, held = device.HeldBytes;
        CheckpointException error = Assert.Throws<CheckpointException>(() => other.Load(path, [first, second]));
        Assert.Contains("StateBits", error.Message, StringComparison.Ordinal);
        Assert.Equal("model.a.exp_avg", error.TensorName);
        Assert.Equal(bytes, other.Bytes);
        Assert.Equal(held, device.HeldBytes);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void AStateWithoutItsScalesIsRefused()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using Parameter parameter = ParameterOf(device, "model.a", 300);
        SafetensorsWriter.Write(folder["optimizer.safetensors"],
        [
            SafetensorsTensor.OfBytes("model.a.exp_avg", SafetensorsType.U8, [1, 300], new byte[300]),
            SafetensorsTensor.OfIntegers("model.a.step", [], new long[] { 3 }),
        ]);
        using AdamW optimizer = new() { StateBits = 8, MinimumSize = 0 };
        CheckpointException error = Assert.Throws<CheckpointException>(() => optimizer.Load(folder["optimizer.safetensors"], [parameter]));
        Assert.Equal("model.a.exp_avg.absmax", error.TensorName);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void DisposingGivesAllMemoryBack()
    {
        using CpuDevice device = new(threads: 1);
        using Parameter parameter = ParameterOf(device, "p", 5000);
        long before = device.HeldBytes;
        using (AdamW optimizer = new() { StateBits = 8 })
        {
            optimizer.Step([parameter], 0.01);
            Assert.True(device.HeldBytes > before);
        }

        Assert.Equal(before, device.HeldBytes);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [Trait("Device", "cpu")]
    public void OtherBitsAreRefused(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW { StateBits = bits });

    [Fact]
    [Trait("Device", "cpu")]
    public void ANegativeMinimumSizeIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW { MinimumSize = -1 });

    private static void AssertQuantized(EightBitMoment moment, double[] map, double[] expected, string what)
    {
        float[] maxima = moment.Maxima.ToArray();
        byte[] codes = moment.CopyCodes();
        Assert.Equal(expected.Length, codes.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double[] block = expected[(i / BlockSize * BlockSize)..Math.Min(expected.Length, ((i / BlockSize) + 1) * BlockSize)];
            double largest = block.Max(Math.Abs);
            if (i % BlockSize == 0)
                Assert.Equal(largest, maxima[i / BlockSize], 2e-6 * largest);
            double x = largest == 0 ? 0 : expected[i] / largest;
            double distance = Math.Abs(map[codes[i]] - x), least = map.Min(value => Math.Abs(value - x));
            if (distance > least + 4e-6)
                Assert.Fail($"{what}: number {i}, {x} of its block's largest, has the code {codes[i]}, which stands for {map[codes[i]]}.");
        }
    }

    private static double[] Decode(EightBitMoment moment, double[] map, int elements)
    {
        float[] maxima = moment.Maxima.ToArray();
        byte[] codes = moment.CopyCodes();
        return [.. Enumerable.Range(0, elements).Select(i => map[codes[i]] * maxima[i / BlockSize])];
    }

    /// <summary>A parameter with a gradient.</summary>
    private static Parameter ParameterOf(ComputeDevice device, string name, int elements)
    {
        RandomSequence random = new((ulong)elements);
        Parameter parameter = new(Tensor.From(device, new Shape(1, elements), Gaussian(random, elements, 1)), name);
        parameter.AccumulatedGradient.CopyFrom(Gaussian(random, elements, 0.01));
        return parameter;
    }

    private static Parameter Copy(Parameter parameter)
    {
        Parameter copy = new(Tensor.From(parameter.Device, parameter.Value.Shape, parameter.Value.ToArray()), parameter.Name);
        copy.AccumulatedGradient.CopyFrom(parameter.Gradient!.ToArray());
        return copy;
    }

    private static float[] Gaussian(RandomSequence random, int count, double standardDeviation)
    {
        float[] numbers = new float[count];
        random.FillGaussian(numbers, standardDeviation);
        return numbers;
    }

    private static double[] Doubles(ReadOnlySpan<float> numbers) => [.. numbers.ToArray().Select(number => (double)number)];
}
