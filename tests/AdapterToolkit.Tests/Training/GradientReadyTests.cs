using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Differentiation.Models;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>A parameter tells when a pass has added its last contribution to its gradient.</summary>
[Trait("Device", "cpu")]
public sealed class GradientReadyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_parameter_tells_once_a_pass_that_of_the_last_layer_first(bool recomputes)
    {
        using TinyTraining training = new(accumulation: 2, trainsNorms: true);
        foreach (Module block in ((TrainedNormLlama)training.Model).Blocks)
            block.RecomputesForward = recomputes;
        IReadOnlyList<Parameter> parameters = training.Model.TrainableParameters;
        List<Parameter> ready = [];
        foreach (Parameter parameter in parameters)
            parameter.GradientReady += (sender, _) => ready.Add((Parameter)sender!);

        training.Fit(1);

        Assert.Equal(2 * parameters.Count, ready.Count);
        foreach (Parameter[] pass in ready.Chunk(parameters.Count))
        {
            Assert.Equal(parameters.ToHashSet(), pass.ToHashSet());
            Assert.Equal("model.norm.weight", pass[0].Name);
            int[] layers = [.. pass.Skip(1).Select(parameter => int.Parse(parameter.Name.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(layers.OrderDescending(), layers);
            Assert.Contains(".mlp.down_proj.", pass[1].Name, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_module_that_runs_twice_is_ready_after_its_second_contribution_and_sums_by_sequence()
    {
        using CpuDevice device = new(threads: 1);
        ModuleUsedTwice model = new();
        using ModelRun run = new(device, model);
        float[][] whole = run.GradientsOf([new Example(0, 5, 1)]);
        Assert.Equal(2, run.Ready);
        float[][] apart = [.. run.GradientsOf([new Example(0, 2, 1) { Padding = 3 }]).Zip(run.GradientsOf([new Example(0, 2, 0), new Example(2, 3, 1)]), Sum)];
        Assert.Equal(apart, run.GradientsOf([new Example(0, 2, 1), new Example(2, 3, 1)]));
        foreach ((float[] expected, float[] actual) in whole.Zip(apart))
            Close.Assert(expected, actual, 1e-5, "the gradient of all rows");
    }

    private static float[] Sum(float[] left, float[] right) => [.. left.Zip(right, (a, b) => a + b)];

    /// <summary>Runs a model of the differentiation's tests in a training's pass.</summary>
    private sealed class ModelRun : IDisposable
    {
        private const int Rows = 5;

        private readonly CpuDevice _device;
        private readonly ModuleUsedTwice _model;
        private readonly Parameter[] _parameters;

        public ModelRun(CpuDevice device, ModuleUsedTwice model)
        {
            _device = device;
            _model = model;
            LowRankAdapter adapter = new(model);
            model.Layer.Weight.Load(device, Random(1, Adapted.Features * Adapted.Features));
            adapter.Initialize(2);
            LowRankFactors factors = adapter.FactorsOf(model.Layer)!;
            factors.B.Value.CopyFrom(Random(3, factors.B.Value.Shape.Elements));
            _parameters = [factors.A, factors.B];
            foreach (Parameter parameter in _parameters)
                parameter.GradientReady += (_, _) => Ready++;
        }

        public int Ready { get; private set; }

        public float[][] GradientsOf(Example[] examples)
        {
            Ready = 0;
            foreach (Parameter parameter in _parameters)
                GradientSum.Start(parameter, new SequenceShare(0, examples.Length, examples.Length));
            using TrainingRun run = new(examples, 0, 1);
            using Tensor x = Tensor.From(_device, new Shape(Rows, Adapted.Features), Random(4, Rows * Adapted.Features));
            using Tensor y = _model.ForwardSaving(x, false, run.Pass, out ForwardRecord? record);
            run.BeginBackward();
            _model.Backward(y, record!, out _);
            record!.Release();
            run.Complete();
            foreach (Parameter parameter in _parameters)
                Assert.Single(parameter.PartialGradients!.Complete());
            return [.. _parameters.Select(parameter => parameter.Gradient!.ToArray())];
        }

        public void Dispose()
        {
            _model.Layer.Weight.Dispose();
            foreach (Parameter parameter in _parameters)
                parameter.Dispose();
            Assert.Equal(0, _device.HeldBytes);
        }

        private static float[] Random(int seed, int count)
        {
            Random random = new(seed);
            return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        }
    }
}
