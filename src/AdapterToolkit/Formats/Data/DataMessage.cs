using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Reads one message of a conversation in a file.</summary>
internal static class DataMessage
{
    private const string Role = "role", Content = "content", Weight = "weight";

    /// <summary>Members that say nothing by themselves.</summary>
    private static readonly string[] s_naming = [Role, "name", "tool_call_id"];

    /// <summary>Who may give an object as content: the result of a tool.</summary>
    private static readonly string[] s_toolRoles = ["tool", "ipython", "function"];

    /// <summary>Reads a message. Which roles there are is the chat template's to say.</summary>
    /// <exception cref="DataFileException">It is no object, or its role or content is missing or of another type.</exception>
    public static ChatTurn Read(JsonLine line, JsonElement message, int number)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw line.Error($"message {number} is no object with '{Role}' and '{Content}'.");
        if (!message.TryGetProperty(Role, out JsonElement role) || role.ValueKind != JsonValueKind.String)
            throw line.Error($"message {number} has no text '{Role}'.");
        if (!HasContent(message, role.GetString()!))
            throw line.Error($"message {number} has no text '{Content}'.");
        if (message.TryGetProperty(Weight, out JsonElement weight) && WeightOf(weight) is not (0 or 1))
            throw line.Error($"message {number} has the '{Weight}' {Excerpt.Of(weight.GetRawText())}; only 1 (learned) and 0 (only read) are supported.");
        return ChatTurn.FromJson(message);
    }

    /// <summary>Whether a message is to be learned: one of the assistant's that does not have the weight zero.</summary>
    public static bool IsLearned(ChatTurn message) =>
        message.Role == "assistant" && !(message.Json is { } json && json.TryGetProperty(Weight, out JsonElement weight) && WeightOf(weight) == 0);

    private static double? WeightOf(JsonElement weight) => weight.ValueKind switch
    {
        JsonValueKind.Null => 1,
        JsonValueKind.Number when weight.TryGetDouble(out double value) => value,
        _ => null,
    };

    /// <summary>A text or a list of parts. It may be missing where something else says what the message is, as <c>tool_calls</c> does.</summary>
    private static bool HasContent(JsonElement message, string role)
    {
        if (!message.TryGetProperty(Content, out JsonElement content) || content.ValueKind == JsonValueKind.Null)
            return message.EnumerateObject().Any(member =>
                !s_naming.Contains(member.Name) && member.Value.ValueKind is (JsonValueKind.Array or JsonValueKind.String));
        return content.ValueKind switch
        {
            JsonValueKind.String => true,
            JsonValueKind.Array => content.EnumerateArray().All(part => part.ValueKind is JsonValueKind.Object or JsonValueKind.String),
            JsonValueKind.Object => s_toolRoles.Contains(role),
            _ => false,
        };
    }
}
