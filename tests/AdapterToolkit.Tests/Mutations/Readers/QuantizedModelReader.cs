using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A checkpoint that is quantized as bitsandbytes does, loaded as it is and in float32.</summary>
internal sealed class QuantizedModelReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private bool _dense;

    /// <summary>Writes the checkpoint.</summary>
    public QuantizedModelReader()
    {
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), _device);
        Seeds = [InputFiles.Written(folder => model.Save(folder))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; }

    /// <inheritdoc/>
    public override long HeldBytes => _device.HeldBytes;

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        _dense = !_dense;
        LlamaModel.Load(folder, _device, _dense ? WeightStorage.Dense : WeightStorage.AsMarked).Dispose();
    }

    /// <inheritdoc/>
    protected override void Release() => _device.Dispose();
}
