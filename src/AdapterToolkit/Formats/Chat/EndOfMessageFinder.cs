using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>Finds what a template writes where a message of the assistant ends, by rendering a conversation.</summary>
internal static class EndOfMessageFinder
{
    /// <summary>A text that no template has in it, and none changes.</summary>
    private const string Answer = "Qwertzuiop4711";

    private static readonly ChatTurn s_system = new("system", "Be brief."), s_user = new("user", "Hello"), s_assistant = new("assistant", Answer);

    /// <summary>What is tried one after the other, for templates that refuse the ones before.</summary>
    private static readonly ChatTurn[][] s_conversations = [[s_user, s_assistant], [s_system, s_user, s_assistant], [s_assistant]];

    /// <summary>The token or word that ends the message, or null where there is none.</summary>
    public static string? Find(ChatTemplate template, IReadOnlyDictionary<string, JsonNode?> specialTokens)
    {
        foreach (ChatTurn[] conversation in s_conversations)
        {
            if (TryRender(template, conversation) is { } text && text.LastIndexOf(Answer, StringComparison.Ordinal) is var found and >= 0)
                return FirstToken(text[(found + Answer.Length)..].Trim(), specialTokens);
        }

        return null;
    }

    private static string? TryRender(ChatTemplate template, ChatTurn[] conversation)
    {
        try
        {
            return template.Render(conversation);
        }
        catch (Exception exception) when (exception is ChatTemplateException or CheckpointException)
        {
            // What is wrong is said when the user's own conversations are rendered.
            return null;
        }
    }

    /// <summary>The first token of a text: a special one that is known, else what stands in brackets, else what is before white space.</summary>
    private static string? FirstToken(string text, IReadOnlyDictionary<string, JsonNode?> specialTokens)
    {
        if (text.Length == 0)
            return null;
        IEnumerable<string> known = specialTokens.Values.OfType<JsonValue>().Select(token => token.GetValue<string>());
        if (known.Where(token => token.Length > 0 && text.StartsWith(token, StringComparison.Ordinal)).MaxBy(token => token.Length) is { } special)
            return special;
        int end = text[0] switch
        {
            '<' => text.IndexOf('>'),
            '[' => text.IndexOf(']'),
            _ => -1,
        };
        if (end >= 0)
            return text[..(end + 1)];
        int space = text.AsSpan().IndexOfAny(" \t\r\n");
        return space < 0 ? text : text[..space];
    }
}
