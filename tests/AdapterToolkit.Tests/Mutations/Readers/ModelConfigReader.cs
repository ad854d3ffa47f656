using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A model's <c>config.json</c>, and the model that it describes.</summary>
internal sealed class ModelConfigReader : MutatedReader
{
    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]> { [LlamaConfig.FileName] = File.ReadAllBytes(Fixtures.PathOf("llama-tiny", "base", LlamaConfig.FileName)) },
        new Dictionary<string, byte[]>
        {
            [LlamaConfig.FileName] = Encoding.UTF8.GetBytes(
                """
                {"model_type": "llama", "vocab_size": 300, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "rms_norm_eps": 1e-6, "rope_theta": 500000.0,
                 "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                 "original_max_position_embeddings": 64},
                 "eos_token_id": [1, 2], "bos_token_id": 0,
                 "max_position_embeddings": 128, "tie_word_embeddings": false,
                 "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false, "bnb_4bit_quant_type": "nf4",
                 "bnb_4bit_use_double_quant": true, "bnb_4bit_quant_storage": "uint8", "llm_int8_skip_modules": ["lm_head"]}}
                """),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        LlamaConfig config = LlamaConfig.FromFile(Path.Combine(folder, LlamaConfig.FileName));
        using LlamaModel model = new(config);
        GC.KeepAlive(model.Head);
    }
}
