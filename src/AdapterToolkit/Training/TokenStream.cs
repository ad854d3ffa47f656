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
    /// Cuts a stream into windows that do not overlap and hold all of it. The last window is shorter where the length does not divide the stream.
    /// </summary>
    /// <remarks>
    /// A single token can not be learned, since nothing comes before it: where one is left over, the last window takes the token before it too. In windows of
    /// two tokens the window before would then be left with one, so there, and only there, it keeps that token as well. A stream of fewer than two tokens gives
    /// no window.
    /// </remarks>
    /// <param name="stream">The stream.</param>
    /// <param name="length">The tokens of a window, at least 2.</param>
    public static IReadOnlyList<TrainingSequence> Windows(int[] stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        if (stream.Length < 2)
            return [];
        List<TrainingSequence> windows = new((stream.Length / length) + 1);
        for (int start = 0; start < stream.Length;)
        {
            int left = stream.Length - start;
            bool leavesOne = left == length + 1;
            int taken = leavesOne && length > 2 ? length - 1 : Math.Min(length, left);
            windows.Add(new TrainingSequence(stream.AsMemory(start, taken)));
            start += leavesOne && length == 2 ? 1 : taken;
        }

        return windows;
    }
}
