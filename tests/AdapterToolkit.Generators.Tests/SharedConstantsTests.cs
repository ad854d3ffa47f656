using System.Reflection;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// What the toolkit and the code that is emitted for it must agree on stands in one place: where it is changed there, layers still compute what their
/// weights stand for.
/// </summary>
public sealed class SharedConstantsTests
{
    /// <summary>The largest difference between what a quantized layer computes and the product with its decoded weight, forward and backward.</summary>
    private const string Program = """
        using System;
        using System.Linq;
        using AdapterToolkit;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Quantization;
        using AdapterToolkit.Tensors;

        [LowRank(4), Quantized(4, BlockSize = 32)]
        public sealed partial class InFourBits(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [Quantized(8, BlockSize = 32)]
        public sealed partial class InEightBits(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        public static class Check
        {
            private const int In = 96, Out = 88;

            public static float Run() => ((int[])[1, 40]).Max(rows => Math.Max(
                Math.Max(Run(new InFourBits(In, Out), layer => layer.MarkedFormat, rows), Run(new InEightBits(In, Out), layer => layer.MarkedFormat, rows)),
                Math.Max(Run(new InFourBits(In, Out), layer => WeightFormat.BFloat16, rows), Run(new InFourBits(In, Out), layer => null, rows))));

            private static float Run(Linear layer, Func<Linear, WeightFormat?> choose, int rows)
            {
                using ComputeDevice device = new CpuDevice();
                float[] w = Numbers(Out * In);
                if (choose(layer) is { } format)
                {
                    QuantizedValues values = Quantizer.Quantize(w, format, "w");
                    Quantizer.Dequantize(values, w);
                    layer.Weight.Load(device, values);
                }
                else
                {
                    layer.Weight.Load(device, w);
                }

                float[] x = Numbers(rows * In), dy = Numbers(rows * Out);
                Tensor y = layer.ForwardSaving(Tensor.From(device, new Shape(rows, In), x), xActive: true, out ForwardRecord? record);
                layer.Backward(Tensor.From(device, new Shape(rows, Out), dy), record!, out Tensor? dx);
                float forward = Difference(y.ToArray(), rows, Out, (row, o) => Enumerable.Range(0, In).Sum(i => x[row * In + i] * w[o * In + i]));
                float backward = Difference(dx!.ToArray(), rows, In, (row, i) => Enumerable.Range(0, Out).Sum(o => dy[row * Out + o] * w[o * In + i]));
                float decoded = layer.Weight.ToArray().Zip(w, (a, b) => Math.Abs(a - b)).Max();
                return Math.Max(decoded, Math.Max(forward, backward));
            }

            private static float Difference(float[] actual, int rows, int columns, Func<int, int, float> expected)
            {
                float largest = 0;
                for (int i = 0; i < rows * columns; i++)
                    largest = Math.Max(largest, Math.Abs(actual[i] - expected(i / columns, i % columns)));
                return largest;
            }

            private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i * 0.7f) * (1 + i % 7 + i / 4096))];
        }
        """;

    [Fact]
    public void A_change_in_one_place_is_a_change_everywhere()
    {
        ChangedToolkit toolkit = new(
            ("const int Width = 32;", "const int Width = 64;"),
            ("const int NestedBlockSize = 256;", "const int NestedBlockSize = 128;"),
            ("0.72295684f, 1.0f,", "0.8f, 1.0f,"));
        float difference = Assert.IsType<float>(toolkit.Run(Program, TestContext.Current.CancellationToken));
        Assert.True(difference < 2e-3f, $"The largest difference is {difference}.");
    }

    [Fact]
    public void Generator_and_toolkit_are_compiled_from_the_same_files()
    {
        Assert.NotEmpty(SharedSources.Files);
        foreach (string file in SharedSources.Files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.All((Assembly[])[typeof(AdapterToolkitGenerator).Assembly, typeof(AdapterToolkit.Modules.Module).Assembly], assembly =>
                Assert.Single(assembly.GetTypes(), type => type.Name == name));
        }
    }
}
