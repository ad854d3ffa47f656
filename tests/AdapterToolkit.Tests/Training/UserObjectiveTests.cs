using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using UsersCode;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>A model that is no language model is loaded, adapted, trained with a loss of a user's, resumed, saved and merged.</summary>
[Trait("Device", "cpu")]
public sealed class UserObjectiveTests : IDisposable
{
    private const int Steps = 40, BatchSize = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(threads: 1);

    public UserObjectiveTests()
    {
        RandomSequence random = new(5);
        float[] norm = new float[Regressor.Hidden];
        Array.Fill(norm, 1);
        SafetensorsWriter.Write(Path.Combine(_folder["base"], Checkpoint.SingleFileName),
        [
            SafetensorsTensor.OfFloats("first.weight", [Regressor.Hidden, Regressor.Features], Gaussian(Regressor.Hidden * Regressor.Features)),
            SafetensorsTensor.OfFloats("norm.weight", [Regressor.Hidden], norm),
            SafetensorsTensor.OfFloats("second.weight", [1, Regressor.Hidden], Gaussian(Regressor.Hidden)),
        ]);

        float[] Gaussian(int count)
        {
            float[] numbers = new float[count];
            random.FillGaussian(numbers, 0.5);
            return numbers;
        }
    }

    [Fact]
    public void It_is_trained_resumed_saved_and_merged()
    {
        using Run straight = Load(), stopped = Load(), resumed = Load();
        double[] losses = straight.Fit(Steps, BatchSize);
        Assert.True(losses[^1] < 0.5 * losses[0], string.Join(", ", losses));

        List<double> parts = [.. stopped.Fit(Steps / 2, BatchSize)];
        TrainingCheckpoint.Save(_folder["checkpoint"], stopped.Trainer, new PointBatches(BatchSize));
        Assert.Empty(TrainingCheckpoint.Restore(_folder["checkpoint"], resumed.Trainer, new PointBatches(BatchSize)));
        parts.AddRange(resumed.Fit(Steps, BatchSize));
        Assert.Equal(losses, parts);

        Points points = new PointBatches(BatchSize).Batch(99);
        float[] adapted = resumed.Predict(points);
        resumed.Adapter.Save(_folder["adapter"]);
        using Run loaded = Load();
        loaded.Adapter.Load(_folder["adapter"]);
        Assert.Equal(adapted, loaded.Predict(points));

        loaded.Model.Merge();
        Close.Assert(adapted, loaded.Predict(points), 1e-5, "the merged model");
        loaded.Model.Save(_folder["merged"]);
        using Run merged = Load(_folder["merged"], adapts: false);
        Close.Assert(adapted, merged.Predict(points), 1e-5, "the saved model");
    }

    [Fact]
    public void Its_gradients_are_summed_by_example()
    {
        using Run one = Load(), two = Load();
        double[] whole = one.Fit(3, BatchSize);
        List<double> halves = [];
        for (int step = 0; step < 3; step++)
        {
            Points points = new PointBatches(BatchSize).Batch(step);
            const int Half = BatchSize / 2;
            Points left = new(points.Features[..(Half * Regressor.Features)], points.Targets[..Half]);
            Points right = new(points.Features[(Half * Regressor.Features)..], points.Targets[Half..]);
            halves.Add(two.Trainer.Step([left, right], TestContext.Current.CancellationToken).Loss);
        }

        Assert.Equal(whole, halves);
    }

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    private Run Load(string? folder = null, bool adapts = true)
    {
        Regressor model = new();
        model.LoadCheckpoint(folder ?? _folder["base"], _device);
        LowRankAdapter adapter = new(model);
        if (adapts)
            adapter.Initialize(3);
        return new Run(model, adapter);
    }

    private sealed class Run(Regressor model, LowRankAdapter adapter) : IDisposable
    {
        private readonly AdamW _optimizer = new(0.05f);
        private Trainer<Points>? _trainer;

        public Regressor Model => model;

        public LowRankAdapter Adapter => adapter;

        public Trainer<Points> Trainer => _trainer ??= new Trainer<Points>(new SquaredError(model), _optimizer);

        public double[] Fit(int steps, int size) =>
            [.. Trainer.Fit(new PointBatches(size), steps, TestContext.Current.CancellationToken).Select(step => step.Loss)];

        public float[] Predict(Points points)
        {
            using TensorScope scope = new();
            return model.Forward(Tensor.From(model.Device, new Shape(points.Count, Regressor.Features), points.Features)).ToArray();
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            model.Dispose();
        }
    }
}
