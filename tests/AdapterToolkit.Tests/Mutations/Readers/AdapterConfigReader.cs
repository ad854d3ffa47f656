using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>An <c>adapter_config.json</c>, and what it says of layers.</summary>
internal sealed class AdapterConfigReader : MutatedReader
{
    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]>
        {
            [PeftAdapterConfig.FileName] = File.ReadAllBytes(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter", PeftAdapterConfig.FileName)),
        },
        new Dictionary<string, byte[]>
        {
            [PeftAdapterConfig.FileName] = Encoding.UTF8.GetBytes(
                """
                {"peft_type": "LORA", "r": 8, "lora_alpha": 16, "lora_dropout": 0.05, "bias": "none", "use_rslora": true, "target_modules": ".*\\.(q|v)_proj",
                 "rank_pattern": {"layers\\.0\\..*q_proj": 4, "v_proj": 2}, "alpha_pattern": {"k_proj": 3.5},
                 "modules_to_save": ["norm"], "base_model_name_or_path": "base"}
                """),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        string path = Path.Combine(folder, PeftAdapterConfig.FileName);
        PeftAdapterConfig config = PeftAdapterConfig.FromFile(path);
        try
        {
            foreach (string layer in (string[])["model.layers.0.self_attn.q_proj", "model.layers.11.mlp.down_proj", "lm_head"])
            {
                config.Targets(layer);
                config.ScalingOf(layer);
            }
        }
        catch (CheckpointException slow) when (slow.FilePath == PeftAdapterConfig.FileName)
        {
            // Settings in memory know no folder.
            throw new CheckpointException(path, slow.Message);
        }
    }
}
