using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>Files of training data: plain text, and lines with texts, conversations, calls and tools.</summary>
internal sealed class DataFilesReader : MutatedReader
{
    private const string ChatMl =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content or '' }}{% for call in m.tool_calls or [] %}{{ call | tojson }}{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly ChatTemplate _template = ChatTemplate.Parse(ChatMl, "test");

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]> { ["notes.txt"] = "\uFEFFOne page\fnext page\u2028with a line,\r\n\r\n    indented \u00e9\U0001F600.\r"u8.ToArray() },
        new Dictionary<string, byte[]>
        {
            ["data.jsonl"] =
                """
                {"text": "A text \u00e9 \ud83d\ude00 with\n line breaks.", "id": 7}

                {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Weather?"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": {"place": "K\u00f6ln", "days": 3.5}}}]}, {"role": "tool", "content": {"t": -7e1}}, {"role": "assistant", "content": "Cold.", "weight": 1}], "tools": [{"type": "function", "function": {"name": "weather"}}], "chat_template_kwargs": {"enable_thinking": false}}
                """u8.ToArray(),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        foreach (Conversation conversation in DataFiles.Read(folder).Conversations)
            _template.Render(conversation.Messages, new ChatTemplateOptions { Tools = conversation.Tools, Variables = conversation.Variables });
    }

    /// <inheritdoc/>
    public override bool IsDocumented(Exception exception) => exception is DataFileException or ArgumentException;
}
