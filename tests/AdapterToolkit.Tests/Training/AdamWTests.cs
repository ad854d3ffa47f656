using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Training;

public sealed class AdamWTests
{
    private const double Tolerance = 2e-3;

    public static IEnumerable<TheoryDataRow<string, string>> Cases => TestDevices.With(TestDevices.All, LinearFixture.Names);

    /// <summary>The factors of a layer after steps on loss = sum(y * dy), whose gradients are dA = s (dy B)ᵀ x and dB = s dyᵀ (x Aᵀ).</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_give_the_factors_that_PyTorch_gives(string device, string name)
    {
        using ComputeDevice opened = TestDevices.Open(device);
        using LinearFixture fixture = new(name);
        (int rows, int inputs, int outputs, int rank) = (fixture.Rows, fixture.InFeatures, fixture.OutFeatures, fixture.Rank);
        using Parameter a = new(Tensor.From(opened, new Shape(rank, inputs), fixture.Read("A")), "A");
        using Parameter b = new(Tensor.From(opened, new Shape(outputs, rank), fixture.Read("B")), "B");
        double[] x = Double(fixture.Read("x")), dy = Double(fixture.Read("dy"));
        double scaling = fixture.Number("scaling");
        using AdamW optimizer = new(
            (float)fixture.Number("lr"),
            fixture.Number("beta1"),
            fixture.Number("beta2"),
            fixture.Number("eps"),
            fixture.Number("weight_decay"));
        for (int step = 0; step < fixture.Number("adamw_steps"); step++)
        {
            double[] valueA = Double(a.Value.ToArray()), valueB = Double(b.Value.ToArray());
            double[] u = Multiply(rows, inputs, rank, (r, k) => x[(r * inputs) + k], (k, c) => valueA[(c * inputs) + k]);
            double[] v = Multiply(rows, outputs, rank, (r, k) => dy[(r * outputs) + k], (k, c) => valueB[(k * rank) + c]);
            a.AccumulatedGradient.CopyFrom(Single(Multiply(rank, rows, inputs, (r, k) => scaling * v[(k * rank) + r], (k, c) => x[(k * inputs) + c])));
            b.AccumulatedGradient.CopyFrom(Single(Multiply(outputs, rows, rank, (r, k) => scaling * dy[(k * outputs) + r], (k, c) => u[(k * rank) + c])));
            optimizer.Step([a, b], optimizer.LearningRate);
        }

        Close.Assert(fixture.Read("A_after"), a.Value.ToArray(), Tolerance, "A");
        Close.Assert(fixture.Read("B_after"), b.Value.ToArray(), Tolerance, "B");
    }

    [Fact]
    public void One_step_is_what_the_formula_says()
    {
        using CpuDevice device = new(threads: 1);
        using Parameter parameter = ParameterOf(device, "p", [0.5f, -2]);
        parameter.AccumulatedGradient.CopyFrom([4, -0.25f]);
        using AdamW optimizer = new(learningRate: 0.1f, weightDecay: 0.5);

        optimizer.Step([parameter], learningRate: 0.1, gradientFactor: 0.5f);

        // The first step's bias-corrected moments are the gradient and its square, so that the quotient is its sign.
        float[] after = parameter.Value.ToArray();
        Assert.Equal((0.5 * (1 - (0.1 * 0.5))) - 0.1, after[0], 1e-6);
        Assert.Equal((-2 * (1 - (0.1 * 0.5))) + 0.1, after[1], 1e-6);
    }

    [Fact]
    public void A_parameter_without_gradient_stays_as_it_is_and_has_no_state()
    {
        using CpuDevice device = new(threads: 1);
        using Parameter parameter = ParameterOf(device, "p", [1, 2, 3]);
        using AdamW optimizer = new();

        optimizer.Step([parameter], 0.1);

        Assert.Equal([1, 2, 3], parameter.Value.ToArray());
        Assert.Equal(0, optimizer.Bytes);
    }

    [Fact]
    public void A_reloaded_state_goes_on_with_the_same_bits()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using Parameter first = ParameterOf(device, "p", [1, 2, 3]);
        using AdamW optimizer = new();
        Step(optimizer, first, [0.5f, -1, 2]);
        optimizer.Save(folder["optimizer.safetensors"], [first]);
        using Parameter second = ParameterOf(device, "p", first.Value.ToArray());
        Step(optimizer, first, [-3, 0.1f, 0.7f]);

        using AdamW reloaded = new();
        reloaded.Load(folder["optimizer.safetensors"], [second]);
        Step(reloaded, second, [-3, 0.1f, 0.7f]);

        Assert.Equal(first.Value.ToArray(), second.Value.ToArray());
        Assert.Equal(2 * 3 * sizeof(float), reloaded.Bytes);
    }

    [Fact]
    public void A_state_of_another_shape_is_refused_and_names_the_parameter()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using Parameter three = ParameterOf(device, "model.p", [1, 2, 3]);
        using Parameter two = ParameterOf(device, "model.p", [1, 2]);
        using AdamW optimizer = new();
        Step(optimizer, three, [1, 1, 1]);
        optimizer.Save(folder["optimizer.safetensors"], [three]);

        CheckpointException exception = Assert.Throws<CheckpointException>(() => optimizer.Load(folder["optimizer.safetensors"], [two]));

        Assert.Contains("model.p.exp_avg", exception.Message, StringComparison.Ordinal);
        Assert.Contains("optimizer.safetensors", exception.Message, StringComparison.Ordinal);
    }

    private static void Step(AdamW optimizer, Parameter parameter, float[] gradient)
    {
        parameter.AccumulatedGradient.CopyFrom(gradient);
        optimizer.Step([parameter], 0.01);
    }

    private static Parameter ParameterOf(ComputeDevice device, string name, float[] values) =>
        new(Tensor.From(device, new Shape(1, values.Length), values), name);

    private static double[] Multiply(int rows, int inner, int columns, Func<int, int, double> left, Func<int, int, double> right)
    {
        double[] product = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int k = 0; k < inner; k++)
                    product[(row * columns) + column] += left(row, k) * right(k, column);
            }
        }

        return product;
    }

    private static double[] Double(float[] values) => [.. values.Select(value => (double)value)];

    private static float[] Single(double[] values) => [.. values.Select(value => (float)value)];
}
