namespace AdapterToolkit.Formats;

/// <summary>A conversation as training needs it.</summary>
/// <param name="Ids">The token ids of the whole text.</param>
/// <param name="Labels">For each token its id where the assistant wrote it, else <see cref="Ignored"/>. Not shifted: the loss does that.</param>
public sealed record ChatTokens(int[] Ids, int[] Labels)
{
    /// <summary>The label of a token that is read but not learned, as in PyTorch.</summary>
    public const int Ignored = -100;
}
