namespace AdapterToolkit.Formats;

/// <summary>A conversation as the model reads it.</summary>
/// <param name="Text">The whole text, special tokens included.</param>
/// <param name="AssistantSpans">
/// The parts that the template marks as the assistant's with <c>{% generation %}</c>, in order, in UTF-16 units from the start.
/// </param>
/// <param name="HasGenerationTag">Whether the template marks such parts at all. Where it does not, the spans say nothing.</param>
public sealed record RenderedChat(string Text, IReadOnlyList<Range> AssistantSpans, bool HasGenerationTag);
