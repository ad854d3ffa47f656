using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>A conversation to learn from: of its messages the assistant's are learned.</summary>
/// <param name="Messages">The messages, in order.</param>
public sealed record Conversation(IReadOnlyList<ChatTurn> Messages)
{
    /// <summary>The tools that the assistant could call, as the chat template expects them (JSON schemas of functions); null for none.</summary>
    public IReadOnlyList<JsonNode>? Tools { get; init; }

    /// <summary>Further variables of the chat template, such as <c>enable_thinking</c>; null for none.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }

    /// <summary>Where the conversation comes from, for errors: a file and its line. Null where it is not known.</summary>
    public string? Source { get; init; }

    /// <summary>The contents of the messages, one a line.</summary>
    public string Text => string.Join('\n', Messages.Select(message => message.Content));
}
