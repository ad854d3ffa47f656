namespace AdapterToolkit.Checkpoints;

/// <summary>A part of a rendered conversation. All parts, joined, are the text that the model reads.</summary>
/// <param name="Text">The part's text.</param>
/// <param name="IsAssistantContent">Whether the assistant wrote it: the content of its message and the token that ends it. Training's labels cover these parts only.</param>
public readonly record struct ChatSegment(string Text, bool IsAssistantContent);
