using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Checkpoints.Chat;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A chat template in a file of its own or in <c>tokenizer_config.json</c>, and a conversation rendered with it.</summary>
internal sealed class TemplateReader : MutatedReader
{
    private static readonly ChatTurn[] s_messages = [new("system", "Be brief."), new("user", "Hello?"), new("assistant", "Hello."), new("user", "More.")];

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]> { [FileNames.TokenizerSettings] = Settings(ChatCases.ChatMl) },
        new Dictionary<string, byte[]>
        {
            [FileNames.TokenizerSettings] = """{"bos_token": {"content": "<s>"}, "eos_token": "</s>"}"""u8.ToArray(),
            [FileNames.ChatTemplate] = Encoding.UTF8.GetBytes(ChatCases.ChatMl),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder) => ChatTemplate.FromFolder(folder).Render(s_messages, addGenerationPrompt: true);

    /// <inheritdoc/>
    public override bool IsDocumented(Exception exception) => base.IsDocumented(exception) || exception is ChatTemplateException;

    private static byte[] Settings(string template) => Encoding.UTF8.GetBytes(new System.Text.Json.Nodes.JsonObject
    {
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["chat_template"] = template,
    }.ToJsonString());
}
