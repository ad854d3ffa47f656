using System.Text;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A chat template in a file of its own or in <c>tokenizer_config.json</c>, and a conversation rendered with it.</summary>
internal sealed class TemplateReader : MutatedReader
{
    private const string TemplateFile = "chat_template.jinja", SettingsFile = "tokenizer_config.json";

    private const string Template = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly ChatMessage[] s_messages = [new("system", "Be brief."), new("user", "Hello?"), new("assistant", "Hello."), new("user", "More.")];

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]> { [SettingsFile] = Settings(Template) },
        new Dictionary<string, byte[]> { [SettingsFile] = """{"bos_token": {"content": "<s>"}, "eos_token": "</s>"}"""u8.ToArray(), [TemplateFile] = Encoding.UTF8.GetBytes(Template) },
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
