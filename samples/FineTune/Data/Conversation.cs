using AdapterToolkit.Checkpoints;

namespace FineTune.Data;

/// <summary>A conversation of a data file.</summary>
/// <param name="Messages">The messages; the assistant's are learned.</param>
internal sealed record Conversation(IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The messages' contents, one a line: what decides whether the conversation is held out.</summary>
    public string Text => string.Join('\n', Messages.Select(message => message.Content));
}
