using AdapterToolkit.Formats;
using AdapterToolkit.Formats.Jinja;

namespace AdapterToolkit.Training;

/// <summary>The sequences that texts and conversations give, and how much of these does not train.</summary>
/// <param name="Sequences">The sequences.</param>
public sealed record TrainingData(IReadOnlyList<TrainingSequence> Sequences)
{
    /// <summary>How many texts there were.</summary>
    public int Texts { get; init; }

    /// <summary>How many of the texts have nothing to learn: those without a token.</summary>
    public int TextsLeftOut { get; init; }

    /// <summary>How many conversations there were.</summary>
    public int Conversations { get; init; }

    /// <summary>How many of the conversations are left out, since no word of an answer lies within the length of a sequence, or there is none.</summary>
    public int ConversationsLeftOut { get; init; }

    /// <summary>
    /// How many of those left out have nothing to learn, however long a sequence is: answers are empty, or the template marks nothing of them as the
    /// assistant's.
    /// </summary>
    public int ConversationsWithoutAnswer { get; init; }

    /// <summary>How many of the conversations lose a part of what the assistant says, but not all of it.</summary>
    public int ConversationsCut { get; init; }

    /// <summary>All tokens of the sequences.</summary>
    public long Tokens => Sequences.Sum(sequence => (long)sequence.Ids.Length);

    /// <summary>Makes windows of texts, which stand one after the other, each after a token that separates texts.</summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="separator">The token that stands before each text.</param>
    /// <param name="length">The tokens of a window, at least 2; the last window may have fewer (see <see cref="TokenStream.Windows"/>).</param>
    public static TrainingData OfTexts(IReadOnlyList<int[]> texts, int separator, int length)
    {
        ArgumentNullException.ThrowIfNull(texts);
        int[][] full = [.. texts.Where(text => text.Length > 0)];
        return new TrainingData(TokenStream.Windows(TokenStream.Join(full, separator), length))
        {
            Texts = texts.Count,
            TextsLeftOut = texts.Count - full.Length
        };
    }

    /// <summary>Makes sequences of conversations, of which the assistant's words are learned. Longer ones are cut.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="encoder">Renders and encodes them.</param>
    /// <param name="length">The most tokens of a sequence, at least 2.</param>
    /// <param name="cancellationToken">Stops the encoding between two answers.</param>
    /// <exception cref="ArgumentException">
    /// The chat template can not render a conversation; the message names its file and line where they are known.
    /// </exception>
    /// <exception cref="OperationCanceledException">The encoding was stopped.</exception>
    public static TrainingData OfConversations(
        IReadOnlyList<Conversation> conversations, ChatEncoder encoder, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        List<TrainingSequence> kept = [];
        int leftOut = 0, withoutAnswer = 0, cut = 0;
        foreach (Conversation conversation in conversations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TrainingSequence[] whole =
            [
                .. encoder.EncoderOf(conversation).Encode(cancellationToken: cancellationToken)
                    .Select(tokens => new TrainingSequence(tokens.Ids, tokens.Labels)),
            ];
            TrainingSequence[] shortened = [.. whole.Select(sequence => sequence.Truncate(length)).Where(sequence => sequence.ScoredLabels > 0)];
            kept.AddRange(shortened);
            if (whole.All(sequence => sequence.ScoredLabels == 0))
                withoutAnswer++;
            if (shortened.Length == 0)
                leftOut++;
            else if (shortened.Sum(sequence => sequence.ScoredLabels) < whole.Sum(sequence => sequence.ScoredLabels))
                cut++;
        }

        return new TrainingData(kept)
        {
            Conversations = conversations.Count,
            ConversationsLeftOut = leftOut,
            ConversationsWithoutAnswer = withoutAnswer,
            ConversationsCut = cut
        };
    }

    /// <summary>This data and other data, one after the other.</summary>
    /// <param name="other">The other data.</param>
    public TrainingData And(TrainingData other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new TrainingData([.. Sequences, .. other.Sequences])
        {
            Texts = Texts + other.Texts,
            TextsLeftOut = TextsLeftOut + other.TextsLeftOut,
            Conversations = Conversations + other.Conversations,
            ConversationsLeftOut = ConversationsLeftOut + other.ConversationsLeftOut,
            ConversationsWithoutAnswer = ConversationsWithoutAnswer + other.ConversationsWithoutAnswer,
            ConversationsCut = ConversationsCut + other.ConversationsCut,
        };
    }
}
