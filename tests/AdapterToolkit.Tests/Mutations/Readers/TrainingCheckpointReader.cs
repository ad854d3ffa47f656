using System.IO.Hashing;
using AdapterToolkit.Devices;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>The checkpoint of a training: adapter, optimizer and position, restored into a trainer that stands elsewhere.</summary>
internal class TrainingCheckpointReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private readonly LlamaModel _model;
    private readonly AdamW _optimizer = new(1e-3f) { StateBits = 8, MinimumSize = 400 };
    private readonly Trainer _trainer;
    private readonly ShuffledBatches _batches = new(TokenStream.Windows([.. Enumerable.Range(0, 80).Select(i => i * 7 % 50)], 8), batchSize: 2, seed: 1);
    private readonly TemporaryFolder _folder = new();

    /// <summary>Trains a few steps, saves, and goes one step further.</summary>
    public TrainingCheckpointReader()
    {
        _model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), _device, WeightStorage.Dense);
        _model.Adapter.Initialize(2);
        _trainer = new Trainer(_model, _optimizer);
        _ = _trainer.Fit(_batches, 2).ToArray();
        Seeds = [InputFiles.Written(folder => TrainingCheckpoint.Save(folder, _trainer, _batches))];
        _ = _trainer.Fit(_batches, 3).ToArray();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; }

    /// <inheritdoc/>
    public override long HeldBytes => _device.HeldBytes;

    /// <inheritdoc/>
    public override void Read(string folder) => TrainingCheckpoint.Restore(folder, _trainer, _batches);

    /// <inheritdoc/>
    public override string State()
    {
        string path = _folder["optimizer.safetensors"];
        _optimizer.Save(path, _model.TrainableParameters);
        return $"{Fingerprint.Of(_model)} {Convert.ToHexString(XxHash3.Hash(File.ReadAllBytes(path)))} {_trainer.CompletedSteps} {_trainer.ConsumedBatches}";
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }
}
