using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Checkpoints.Chat;

/// <summary>Templates and tokenizers of the tests of conversations.</summary>
public static class ChatCases
{
    private static readonly JsonElement s_golden = JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("chat-templates", "cases.json"))).RootElement;

    /// <summary>The plainest of templates.</summary>
    public const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    /// <summary>The golden conversations, each with its template's name and, where it renders, its text.</summary>
    public static IEnumerable<JsonElement> Conversations => s_golden.GetProperty("cases").EnumerateArray();

    /// <summary>A golden template.</summary>
    public static ChatTemplate Golden(string name) => ChatTemplate.Parse(
        s_golden.GetProperty("templates").GetProperty(name).GetString()!,
        name,
        s_golden.GetProperty("special").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!));

    /// <summary>A golden tokenizer.</summary>
    public static ModelTokenizer TokenizerOf(string name) => ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", name + ".tokenizer.json"));

    /// <summary>The text of the tokens that are learned.</summary>
    public static string Learned(ModelTokenizer tokenizer, ChatTokens tokens) =>
        tokenizer.Decode([.. tokens.Labels.Where(label => label != ChatTokens.Ignored)], skipSpecialTokens: false);
}
