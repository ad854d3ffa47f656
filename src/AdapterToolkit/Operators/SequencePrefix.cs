namespace AdapterToolkit.Operators;

/// <summary>Where the keys and values are that stand before one sequence.</summary>
/// <param name="Tokens">Which of the virtual tokens of the attention they are, or begin with; negative for none.</param>
/// <param name="First">The first of their rows.</param>
/// <param name="Count">How many there are; zero for none.</param>
/// <param name="FirstGradient">The first of the sequence's rows among the gradients, of which each sequence has its own.</param>
internal readonly record struct SequencePrefix(int Tokens, int First, int Count, int FirstGradient)
{
    /// <summary>Nothing stands before the sequence.</summary>
    internal static SequencePrefix None => new(-1, 0, 0, 0);
}
