using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>
/// Arithmetic and activation functions against their definitions in double precision, and their gradients against central
/// differences of these.
/// </summary>
public sealed class ElementwiseTests
{
    /// <summary>Derivatives subtract numbers that are nearly equal where a function is nearly a straight line.</summary>
    private const double GradientTolerance = 3e-6;

    /// <summary>One element, one less and one more than vectors and groups of threads hold, and enough for several threads.</summary>
    private static readonly int[] s_sizes = [1, 3, 16, 33, 257];

    private static readonly Dictionary<string, Unary> s_unary = new()
    {
        ["Silu"] = new(Op.Silu, Op.SiluGradient, ScalarFunctions.Silu),
        ["Gelu"] = new(Op.Gelu, Op.GeluGradient, ScalarFunctions.Gelu),
        ["GeluTanh"] = new(Op.GeluTanh, Op.GeluTanhGradient, ScalarFunctions.GeluTanh),
        ["Scale"] = new(x => Op.Scale(x, -2.5f), (dy, _) => Op.ScaleGradient(dy, -2.5f), x => -2.5 * x),
        ["Negate"] = new(Op.Negate, (dy, _) => Op.NegateGradient(dy), x => -x),
        ["AddScalar"] = new(x => Op.AddScalar(x, 0.75f), (dy, _) => Op.AddGradient(dy), x => x + 0.75),
        ["SubtractFrom"] = new(x => Op.SubtractFrom(0.75f, x), (dy, _) => Op.NegateGradient(dy), x => 0.75 - x),
    };

    private static readonly Dictionary<string, Binary> s_binary = new()
    {
        ["Add"] = new(Op.Add, (dy, _, _) => (Op.AddGradient(dy), Op.AddGradient(dy)), (left, right) => left + right),
        ["Subtract"] = new(Op.Subtract, (dy, _, _) => (Op.AddGradient(dy), Op.NegateGradient(dy)), (left, right) => left - right),
        ["Multiply"] = new(Op.Multiply, (dy, left, right) => (Op.MultiplyLeftGradient(dy, right), Op.MultiplyRightGradient(dy, left)),
            (left, right) => left * right),
        ["SwiGlu"] = new(Op.SwiGlu, SwiGluGradient, ScalarFunctions.SwiGlu),
    };

    public static IEnumerable<TheoryDataRow<string, string>> UnaryOperators => TestDevices.With(TestDevices.All, s_unary.Keys);

    public static IEnumerable<TheoryDataRow<string, string>> BinaryOperators => TestDevices.With(TestDevices.All, s_binary.Keys);

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    [Theory]
    [MemberData(nameof(UnaryOperators))]
    public void AFunctionOfOneTensorAndItsGradient(string identifier, string name)
    {
        Unary unary = s_unary[name];
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int size in Sizes(device))
        {
            float[] x = Values(size, 1), dy = Values(size, 2);
            using Tensor argument = Tensor.From(device, new Shape(size), x), gradient = Tensor.From(device, new Shape(size), dy);
            using Tensor result = unary.Run(argument), argumentGradient = unary.Gradient(gradient, argument);
            Close.Assert(Map(size, i => unary.Definition(x[i])), result.ToArray(), 1e-6, $"{name} of {size}");
            Close.Assert(Map(size, i => dy[i] * ScalarFunctions.Derivative(unary.Definition, x[i])),
                argumentGradient.ToArray(), GradientTolerance, $"gradient of {name} of {size}");
            Assert.Equal(argument.Shape, result.Shape);
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(BinaryOperators))]
    public void AFunctionOfTwoTensorsAndItsGradients(string identifier, string name)
    {
        Binary binary = s_binary[name];
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int size in Sizes(device))
        {
            float[] left = Values(size, 1), right = Values(size, 2), dy = Values(size, 3);
            Shape shape = new(1, size);
            using Tensor leftArgument = Tensor.From(device, shape, left),
                rightArgument = Tensor.From(device, shape, right), gradient = Tensor.From(device, shape, dy);
            using Tensor result = binary.Run(leftArgument, rightArgument);
            (Tensor leftGradient, Tensor rightGradient) = binary.Gradients(gradient, leftArgument, rightArgument);
            Close.Assert(Map(size, i => binary.Definition(left[i], right[i])), result.ToArray(), 1e-6, $"{name} of {size}");
            Close.Assert(Map(size, i => dy[i] * ScalarFunctions.Derivative(at => binary.Definition(at, right[i]), left[i])),
                leftGradient.ToArray(), GradientTolerance, $"left gradient of {name} of {size}");
            Close.Assert(Map(size, i => dy[i] * ScalarFunctions.Derivative(at => binary.Definition(left[i], at), right[i])),
                rightGradient.ToArray(), GradientTolerance, $"right gradient of {name} of {size}");
            leftGradient.Release();
            rightGradient.Release();
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void OperatorsOfCSharpStandForThem(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using (new TensorScope())
        {
            float[] x = [1, -2, 3.5f], y = [0.5f, 4, -1];
            Tensor left = Tensor.From(device, new Shape(3), x), right = Tensor.From(device, new Shape(3), y);
            Assert.Equal([1.5f, 2, 2.5f], (left + right).ToArray());
            Assert.Equal([0.5f, -6, 4.5f], (left - right).ToArray());
            Assert.Equal([0.5f, -8, -3.5f], (left * right).ToArray());
            Assert.Equal([3, 0, 5.5f], (left + 2).ToArray());
            Assert.Equal([3, 0, 5.5f], (2 + left).ToArray());
            Assert.Equal([-1, -4, 1.5f], (left - 2).ToArray());
            Assert.Equal([1, 4, -1.5f], (2 - left).ToArray());
            Assert.Equal([2, -4, 7], (left * 2).ToArray());
            Assert.Equal([2, -4, 7], (2 * left).ToArray());
            Assert.Equal([0.5f, -1, 1.75f], (left / 2).ToArray());
            Assert.Equal([-1, 2, -3.5f], (-left).ToArray());
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ResultsInPlaceAreThoseOfNewTensors(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int size in s_sizes)
        {
            float[] x = Values(size, 1), y = Values(size, 2);
            using Tensor target = Tensor.From(device, new Shape(size), x), summand = Tensor.From(device, new Shape(size), y);
            Op.AddInPlace(target, summand);
            Assert.Equal(Map(size, i => x[i] + y[i]), target.ToArray());
            Op.AddInPlace(summand, summand);
            Assert.Equal(Map(size, i => 2 * y[i]), summand.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void LargeArgumentsStayFinite(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        float[] x = [-200, -90, -30, 30, 90, 200];
        using Tensor argument = Tensor.From(device, new Shape(6), x), ones = Tensor.From(device, new Shape(6), [1, 1, 1, 1, 1, 1]);
        foreach (string name in (string[])["Silu", "Gelu", "GeluTanh"])
        {
            using Tensor result = s_unary[name].Run(argument), gradient = s_unary[name].Gradient(ones, argument);
            float[] values = result.ToArray(), slopes = gradient.ToArray();
            for (int i = 0; i < x.Length; i++)
            {
                Assert.Equal(Math.Max(0, x[i]), values[i], 1e-5f);
                Assert.Equal(x[i] > 0 ? 1 : 0, slopes[i], 1e-5f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void WhatIsNoNumberStaysNone(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        float[] x = [.. Enumerable.Repeat(float.NaN, 19)];
        using Tensor argument = Tensor.From(device, new Shape(19), x);
        foreach ((string name, Unary unary) in s_unary)
        {
            using Tensor result = unary.Run(argument);
            Assert.True(result.ToArray().All(float.IsNaN), name);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void OfSeveralGradientsOnlyTheWantedAreComputed(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int size in s_sizes)
        {
            Shape shape = new(size);
            using Tensor gate = Tensor.From(device, shape, Values(size, 1)),
                up = Tensor.From(device, shape, Values(size, 2)), gradient = Tensor.From(device, shape, Values(size, 3));
            (Tensor? bothGate, Tensor? bothUp) = Op.SwiGluGradient(gradient, gate, up, gateActive: true, upActive: true);
            (Tensor? onlyGate, Tensor? noUp) = Op.SwiGluGradient(gradient, gate, up, gateActive: true, upActive: false);
            (Tensor? noGate, Tensor? onlyUp) = Op.SwiGluGradient(gradient, gate, up, gateActive: false, upActive: true);
            Assert.Null(noUp);
            Assert.Null(noGate);
            Assert.Equal(bothGate!.ToArray(), onlyGate!.ToArray());
            Assert.Equal(bothUp!.ToArray(), onlyUp!.ToArray());
            foreach (Tensor tensor in (Tensor[])[bothGate, bothUp, onlyGate, onlyUp])
                tensor.Release();
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TensorsWithoutElementsAreAllowed(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor empty = Tensor.Zeros(device, new Shape(0, 4));
        foreach (Unary unary in s_unary.Values)
        {
            using Tensor result = unary.Run(empty), gradient = unary.Gradient(empty, empty);
            Assert.Empty(result.ToArray());
            Assert.Empty(gradient.ToArray());
        }

        foreach (Binary binary in s_binary.Values)
        {
            using Tensor result = binary.Run(empty, empty);
            (Tensor left, Tensor right) = binary.Gradients(empty, empty, empty);
            Assert.Empty(result.ToArray());
            left.Release();
            right.Release();
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void DifferentShapesAreNamed()
    {
        using CpuDevice device = new(threads: 1);
        using Tensor left = Tensor.Zeros(device, new Shape(4, 3)), right = Tensor.Zeros(device, new Shape(3, 4));
        foreach (Binary binary in s_binary.Values)
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(() => binary.Run(left, right));
            Assert.Contains("4 x 3", exception.Message, StringComparison.Ordinal);
            Assert.Contains("3 x 4", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void DifferentDevicesAreNamed()
    {
        using CpuDevice device = new(threads: 1);
        using ComputeDevice debug = ComputeDevice.Parse("debug");
        using Tensor left = Tensor.Zeros(device, new Shape(2)), right = Tensor.Zeros(debug, new Shape(2));
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Op.Add(left, right));
        Assert.Contains("cpu", exception.Message, StringComparison.Ordinal);
        Assert.Contains("debug", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void TheNumberOfThreadsChangesNoBit()
    {
        const int size = 70_001;
        using CpuDevice one = new(threads: 1), three = new(threads: 3);
        foreach ((string name, Unary unary) in s_unary)
            Assert.True(Run(one, unary.Run).AsSpan().SequenceEqual(Run(three, unary.Run)), name);
        foreach ((string name, Binary binary) in s_binary)
            Assert.True(Run(one, x => binary.Run(x, x)).AsSpan().SequenceEqual(Run(three, x => binary.Run(x, x))), name);

        static float[] Run(CpuDevice device, Func<Tensor, Tensor> function)
        {
            using Tensor argument = Tensor.From(device, new Shape(size), Values(size, 5));
            using Tensor result = function(argument);
            return result.ToArray();
        }
    }

    private static (Tensor Left, Tensor Right) SwiGluGradient(Tensor gradient, Tensor gate, Tensor up)
    {
        (Tensor? gateGradient, Tensor? upGradient) = Op.SwiGluGradient(gradient, gate, up, gateActive: true, upActive: true);
        return (gateGradient!, upGradient!);
    }

    private static IEnumerable<int> Sizes(ComputeDevice device) => device is CpuDevice ? [.. s_sizes, 40_003] : s_sizes;

    private static float[] Values(int count, ulong seed)
    {
        float[] values = new float[count];
        new RandomSequence(seed).FillGaussian(values, 1.5);
        return values;
    }

    private static float[] Map(int count, Func<int, double> function) => [.. Enumerable.Range(0, count).Select(i => (float)function(i))];

    private sealed record Unary(Func<Tensor, Tensor> Run, Func<Tensor, Tensor, Tensor> Gradient, Func<double, double> Definition);

    private sealed record Binary(
        Func<Tensor, Tensor, Tensor> Run, Func<Tensor, Tensor, Tensor, (Tensor Left, Tensor Right)> Gradients, Func<double, double, double> Definition);
}
