using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Tests.Training;

/// <summary>A training of the tiny model among the golden cases, with all that belongs to it.</summary>
internal sealed class TinyTraining : IDisposable
{
    private const int Sequences = 10, SequenceLength = 8;

    private readonly CpuDevice _device;

    /// <summary>Makes a training; whatever is not given is the same for all.</summary>
    public TinyTraining(
        AdamW? optimizer = null,
        LearningRateSchedule? schedule = null,
        int accumulation = 1,
        float maximumNorm = float.PositiveInfinity,
        int threads = 1,
        string? folder = null,
        WeightStorage storage = WeightStorage.Dense,
        bool trainsNorms = false,
        ILogger? logger = null)
    {
        _device = new CpuDevice(threads);
        Optimizer = optimizer ?? new AdamW(1e-2f);
        Model = trainsNorms ? TrainedNormLlama.Load(folder ?? TinyLlama.Folder, _device) : LlamaModel.Load(folder ?? TinyLlama.Folder, _device, storage);
        Model.Adapter.Initialize(3);
        Trainer = new Trainer(Model, Optimizer)
        {
            Schedule = schedule ?? LearningRateSchedule.Constant(),
            AccumulationSteps = accumulation,
            MaximumGradientNorm = maximumNorm,
            Logger = logger ?? NullLogger.Instance,
        };
    }

    public LanguageModel Model { get; }

    public AdamW Optimizer { get; }

    public Trainer Trainer { get; }

    /// <summary>Batches of random tokens.</summary>
    public static ShuffledBatches Batches(int size = 3, int seed = 3, int tokens = 50)
    {
        RandomSequence random = new(1);
        int[] ids = [.. Enumerable.Range(0, Sequences * SequenceLength).Select(_ => random.NextInt(tokens))];
        return new ShuffledBatches([.. ids.Chunk(SequenceLength).Select(sequence => new TrainingSequence(sequence))], size, seed);
    }

    /// <summary>Makes steps.</summary>
    public double[] Fit(int steps) => [.. Trainer.Fit(Batches(), steps).Select(step => step.Loss)];

    public void Dispose()
    {
        Optimizer.Dispose();
        Model.Dispose();
        _device.Dispose();
    }
}
