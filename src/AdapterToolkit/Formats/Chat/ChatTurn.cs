using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// One message of a conversation. Most have a role and a text; one that is read from JSON keeps all its members (<c>tool_calls</c>, <c>name</c>,
/// <c>reasoning_content</c>, parts of the content, ...), which the template sees as they are.
/// </summary>
public sealed record ChatTurn
{
    /// <summary>Creates a message with a text.</summary>
    /// <param name="role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or what else the template knows.</param>
    /// <param name="content">What is said.</param>
    public ChatTurn(string role, string content)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(content);
        (Role, Content) = (role, content);
    }

    private ChatTurn(string role, string content, JsonElement json)
        : this(role, content) => Json = json;

    /// <summary>Who speaks; empty where the JSON does not say.</summary>
    public string Role { get; }

    /// <summary>What is said. Of a content in parts it is the texts of these, joined; empty where there is no content.</summary>
    public string Content { get; }

    /// <summary>The message as it was read, or null where it has a role and a text only.</summary>
    internal JsonElement? Json { get; }

    /// <summary>Takes a message from JSON, with all its members in their order; null stays different from what is missing.</summary>
    /// <param name="json">An object.</param>
    /// <exception cref="ArgumentException">It is no object, its role is no text, or a text in it is not valid Unicode. The message says which.</exception>
    public static ChatTurn FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ArgumentException("A message is a JSON object.", nameof(json));
        try
        {
            string role = json.TryGetProperty("role", out JsonElement given) ? ReadRole(given) : "";
            string content = json.TryGetProperty("content", out JsonElement said) ? ReadContent(said) : "";
            return new ChatTurn(role, content, json.Clone());
        }
        catch (InvalidOperationException exception)
        {
            throw new ArgumentException("A text of the message holds half of a surrogate pair, which is no valid Unicode.", nameof(json), exception);
        }
    }

    /// <summary>Whether both say the same: as JSON, where one was read from it.</summary>
    /// <param name="other">The other message.</param>
    public bool Equals(ChatTurn? other) => other is not null && Role == other.Role && Content == other.Content && (Json, other.Json) switch
    {
        (null, null) => true,
        ({ } left, { } right) => JsonElement.DeepEquals(left, right),
        _ => false,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Content);

    private static string ReadRole(JsonElement role)
        => role.ValueKind == JsonValueKind.String ? role.GetString()! : throw new ArgumentException("The role of a message is not a text.", nameof(role));

    private static string ReadContent(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(ReadPart)),
        _ => "",
    };

    private static string ReadPart(JsonElement part) => part.ValueKind switch
    {
        JsonValueKind.String => part.GetString()!,
        JsonValueKind.Object when part.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String => text.GetString()!,
        _ => "",
    };
}
