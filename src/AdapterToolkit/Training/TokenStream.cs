namespace AdapterToolkit.Training;

/// <summary>Texts as language models are trained on them: one after the other, each after the token that separates texts.</summary>
public static class TokenStream
{
    /// <summary>Joins texts.</summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="separator">The token that stands before each text.</param>
    public static int[] Join(IEnumerable<int[]> texts, int separator)
    {
        ArgumentNullException.ThrowIfNull(texts);
        List<int> stream = [];
        foreach (int[] text in texts)
        {
            stream.Add(separator);
            stream.AddRange(text);
        }

        return [.. stream];
    }

    /// <summary>
    /// Cuts a stream into windows that do not overlap. What is left at the end and fills no window is dropped; a stream
    /// shorter than one window is one window itself.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="length">The tokens of a window, at least 2.</param>
    public static IReadOnlyList<TrainingSequence> Windows(int[] stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        if (stream.Length < length)
            return stream.Length < 2 ? [] : [new TrainingSequence(stream)];
        TrainingSequence[] windows = new TrainingSequence[stream.Length / length];
        for (int i = 0; i < windows.Length; i++)
            windows[i] = new TrainingSequence(stream.AsMemory(i * length, length));
        return windows;
    }
}
