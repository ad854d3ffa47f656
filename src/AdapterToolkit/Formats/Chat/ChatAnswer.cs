namespace AdapterToolkit.Formats;

/// <summary>One answer of a conversation, in tokens.</summary>
/// <param name="Ids">The answer's tokens, none of which reaches into the prompt.</param>
/// <param name="Labels">For each of them its id where it is learned, else <see cref="ChatTokens.Ignored"/>.</param>
/// <param name="Tail">What the template writes after the answer where the conversation ends with it.</param>
internal sealed record ChatAnswer(int[] Ids, int[] Labels, int[] Tail)
{
    /// <summary>The answer as a sequence of its own.</summary>
    /// <param name="prompt">The generation prompt that it answers.</param>
    public ChatTokens After(ReadOnlySpan<int> prompt) => new(
        [.. prompt, .. Ids, .. Tail],
        [.. Enumerable.Repeat(ChatTokens.Ignored, prompt.Length), .. Labels, .. Enumerable.Repeat(ChatTokens.Ignored, Tail.Length)]);
}
