using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune.Data;

/// <summary>Says what of the data is left out or cut, how many of how many.</summary>
internal static class DataNotes
{
    /// <summary>The sentences about data; none where all of it trains or measures.</summary>
    /// <param name="filesLeftOut">How many files of the folder are not read.</param>
    /// <param name="data">All of the data, what is held out included.</param>
    /// <param name="sequenceLength">The most tokens of a sequence.</param>
    public static IEnumerable<string> Of(int filesLeftOut, TrainingData data, int sequenceLength)
    {
        if (filesLeftOut > 0)
            yield return $"{Quantity.Count(filesLeftOut)} files of the folder are not read: their names do not end in .txt, .md or .jsonl.";
        if (data.TextsLeftOut > 0)
            yield return $"{Share(data.TextsLeftOut, data.Texts)} texts are left out: they are empty.";
        if (data.ConversationsWithoutAnswer > 0)
        {
            yield return $"{Share(data.ConversationsWithoutAnswer, data.Conversations)} conversations are left out: "
                + "their answers are empty, or the chat template marks nothing of them as the assistant's.";
        }

        int tooLong = data.ConversationsLeftOut - data.ConversationsWithoutAnswer;
        if (tooLong > 0)
        {
            yield return $"{Share(tooLong, data.Conversations)} conversations are left out: "
                + $"no answer begins within their first {sequenceLength} tokens (--sequence).";
        }

        if (data.ConversationsCut > 0)
        {
            yield return $"{Share(data.ConversationsCut, data.Conversations)} conversations are cut to {sequenceLength} tokens (--sequence), "
                + "and lose the end of an answer or whole answers.";
        }
    }

    /// <summary>The sentence about what is held out, where not all of it is measured.</summary>
    /// <param name="measured">What is measured.</param>
    /// <param name="heldOut">All that is held out.</param>
    public static IEnumerable<string> OfMeasured(IReadOnlyList<TrainingSequence> measured, TrainingData heldOut)
    {
        long tokens = measured.Sum(sequence => (long)sequence.Ids.Length);
        if (tokens < heldOut.Tokens)
            yield return $"Of {Quantity.Count(heldOut.Tokens)} tokens that are held out the first {Quantity.Count(tokens)} are measured.";
    }

    private static string Share(int part, int whole) => $"{Quantity.Count(part)} of {Quantity.Count(whole)}";
}
