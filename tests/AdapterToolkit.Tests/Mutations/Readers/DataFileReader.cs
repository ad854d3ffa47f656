using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>Files of training data: conversations and texts.</summary>
internal sealed class DataFileReader : MutatedReader
{
    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        new Dictionary<string, byte[]>
        {
            ["chats.jsonl"] =
            [
                .. """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Caf\u00e9?"}, """u8,
                .. """{"role": "assistant", "content": "\ud83d\ude00 Yes."}]}"""u8,
                .. "\r\n\n"u8,
                .. """{"messages": [{"role": "user", "content": "2 + 2"}, {"role": "assistant", "content": null, "tool_calls": """u8,
                .. """[{"type": "function", "function": {"name": "add", "arguments": {"a": 2, "b": 2}}}]}, """u8,
                .. """{"role": "tool", "name": "add", "content": "4"}, {"role": "assistant", "content": "4"}], "tools": """u8,
                .. """[{"type": "function"}], "chat_template_kwargs": {"enable_thinking": false}}"""u8,
                .. "\n"u8,
                .. """{"text": "A text\nof two lines."}"""u8,
            ],
            ["notes.md"] = "# Title\n\n    indented \u2028 separated\r\n\fpage\n"u8.ToArray(),
            ["text.txt"] = "Le caf\u00e9 est ferm\u00e9.\n"u8.ToArray(),
        },
    ];

    /// <inheritdoc/>
    public override void Read(string folder) => DataFiles.Read(folder);

    /// <inheritdoc/>
    public override bool IsDocumented(Exception exception) => exception is DataFileException;
}
