using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A whole checkpoint with all its files, loaded, quantized or not, and saved again.</summary>
internal sealed class ModelReader : MutatedReader
{
    private readonly CpuDevice _device = new(threads: 1);
    private readonly TemporaryFolder _saved = new();
    private bool _dense;

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]>(InputFiles.Of(Fixtures.PathOf("llama-tiny", "base")))
        {
            [ModelTokenizer.FileName] = TokenizerReader.Small,
            ["tokenizer_config.json"] =
                """{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "chat_template": "{{ messages[0].content }}"}"""u8.ToArray(),
            ["generation_config.json"] = """{"eos_token_id": [0, 2], "transformers_version": "5.0.0"}"""u8.ToArray(),
        },
    ];

    /// <inheritdoc/>
    public override long HeldBytes => _device.HeldBytes;

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        _dense = !_dense;
        using LlamaModel model = LlamaModel.Load(folder, _device, _dense ? WeightStorage.Dense : WeightStorage.AsMarked);
        model.Save(_saved["saved"]);
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _device.Dispose();
        _saved.Dispose();
    }
}
