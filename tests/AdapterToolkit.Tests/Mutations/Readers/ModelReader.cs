using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using Llama;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A whole checkpoint: configuration and weights, quantized while they are loaded.</summary>
internal sealed class ModelReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private bool _dense;

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } = [InputFiles.Of(Fixtures.PathOf("llama-tiny", "base"))];

    /// <inheritdoc/>
    public override long HeldBytes => _device.HeldBytes;

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        _dense = !_dense;
        LlamaModel.Load(folder, _device, _dense ? WeightStorage.Dense : WeightStorage.AsMarked).Dispose();
    }

    /// <inheritdoc/>
    public override void Dispose() => _device.Dispose();
}
