using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>An adapter, loaded in place of the one that a model has.</summary>
internal sealed class AdapterReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private readonly LlamaModel _model;

    /// <summary>Loads the model.</summary>
    public AdapterReader()
    {
        _model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), _device);
        _model.Adapter.Initialize(1);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        InputFiles.Of(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter")),
        InputFiles.Of(Fixtures.PathOf("llama-tiny", "lora_qv_r8_rslora", "adapter")),
    ];

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
