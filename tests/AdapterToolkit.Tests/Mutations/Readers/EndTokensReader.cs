using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>The files that say what ends an answer: <c>generation_config.json</c> and <c>config.json</c>.</summary>
internal sealed class EndTokensReader : MutatedReader
{
    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]>
        {
            [LlamaConfig.FileName] = File.ReadAllBytes(Fixtures.PathOf("adapters", "base", LlamaConfig.FileName)),
            [FileNames.GenerationSettings] =
                """{"bos_token_id": 1, "eos_token_id": [2, 7], "pad_token_id": 0, "do_sample": false, "temperature": 1.0}"""u8.ToArray(),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder) => EndTokens.FromFolder(folder);
}
