using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>An adapter with weights of modules that were trained as a whole.</summary>
internal sealed class TrainedModulesReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private readonly TrainedNormLlama _model;

    /// <summary>Loads the model, and saves an adapter of it.</summary>
    public TrainedModulesReader()
    {
        _model = TrainedNormLlama.Load(Fixtures.PathOf("adapters", "base"), _device);
        _model.Adapter.Initialize(3);
        Seeds = [InputFiles.Written(_model.Adapter.Save)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; }

    /// <inheritdoc/>
    public override long HeldBytes => _device.HeldBytes;

    /// <inheritdoc/>
    public override void Read(string folder) => _model.Adapter.Load(folder);

    /// <inheritdoc/>
    public override string State() => Fingerprint.Of(_model);

    /// <inheritdoc/>
    protected override void Release()
    {
        _model.Dispose();
        _device.Dispose();
    }
}
