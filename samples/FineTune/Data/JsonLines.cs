using System.Text.Json;
using AdapterToolkit.Checkpoints;

namespace FineTune.Data;

/// <summary>
/// Reads <c>.jsonl</c> files: each line is an object with <c>text</c>, or with <c>messages</c>, a list of objects with
/// <c>role</c> (system, user or assistant) and <c>content</c>. Blank lines are skipped, further properties ignored.
/// </summary>
internal static class JsonLines
{
    private static readonly string[] s_roles = ["system", "user", "assistant"];

    /// <summary>Adds what a file holds.</summary>
    /// <param name="file">The file.</param>
    /// <param name="texts">Receives the texts.</param>
    /// <param name="conversations">Receives the conversations.</param>
    /// <exception cref="UserException">A line is malformed; the message names it.</exception>
    public static void Read(string file, List<string> texts, List<Conversation> conversations)
    {
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            string place = $"{file}, line {number}";
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                ReadLine(document.RootElement, place, texts, conversations);
            }
            catch (JsonException exception)
            {
                throw new UserException($"{place}: is not valid JSON: {exception.Message}");
            }
        }
    }

    private static void ReadLine(JsonElement line, string place, List<string> texts, List<Conversation> conversations)
    {
        if (line.ValueKind != JsonValueKind.Object)
            throw new UserException($"{place}: is no JSON object. Write {{\"text\": ...}} or {{\"messages\": [...]}}.");
        if (line.TryGetProperty("messages", out JsonElement messages))
            conversations.Add(ReadConversation(messages, place));
        else if (!line.TryGetProperty("text", out JsonElement text))
            throw new UserException($"{place}: has neither 'text' nor 'messages'.");
        else if (text.ValueKind != JsonValueKind.String)
            throw new UserException($"{place}: 'text' is no string.");
        else if (!string.IsNullOrWhiteSpace(text.GetString()))
            texts.Add(text.GetString()!);
    }

    private static Conversation ReadConversation(JsonElement messages, string place)
    {
        if (messages.ValueKind != JsonValueKind.Array)
            throw new UserException($"{place}: 'messages' is no list.");
        ChatMessage[] read = [.. messages.EnumerateArray().Select((message, index) => ReadMessage(message, $"{place}: message {index + 1}"))];
        int answer = Array.FindIndex(read, message => message.Role == "assistant");
        if (answer < 0)
            throw new UserException($"{place}: no message is the assistant's, so there is nothing to learn.");
        return answer > 0 ? new Conversation(read) : throw new UserException($"{place}: the first message is the assistant's; a user's must come before it.");
    }

    private static ChatMessage ReadMessage(JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw new UserException($"{place} is no object with 'role' and 'content'.");
        string role = Text(message, "role", place);
        if (!s_roles.Contains(role))
            throw new UserException($"{place} has the role '{role}'; it must be system, user or assistant.");
        return new ChatMessage(role, Text(message, "content", place));
    }

    private static string Text(JsonElement message, string property, string place) =>
        message.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new UserException($"{place} has no text '{property}'.");
}
