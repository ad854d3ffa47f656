using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>What there is to learn: texts, conversations, or both.</summary>
/// <param name="Description">What it is, for the summary.</param>
/// <param name="Texts">Texts, which become one stream of tokens.</param>
/// <param name="Conversations">Conversations, each a sequence of its own.</param>
internal sealed record Corpus(string Description, IReadOnlyList<string> Texts, IReadOnlyList<Conversation> Conversations)
{
    /// <summary>A prompt that shows what was learned; null where the corpus' own beginning does.</summary>
    public string? Prompt { get; init; }

    /// <summary>Turns the corpus into the sequences that train and those that are held out.</summary>
    /// <param name="encoder">Turns texts into tokens.</param>
    /// <param name="sequenceLength">The tokens of a window of text; conversations are cut to it.</param>
    public PreparedData Prepare(TextEncoder encoder, int sequenceLength)
    {
        (IReadOnlyList<string> trainingTexts, IReadOnlyList<string> heldOutTexts) = HeldOutRule.Divide(Texts, text => text);
        (IReadOnlyList<Conversation> trainingChats, IReadOnlyList<Conversation> heldOutChats) = HeldOutRule.Divide(Conversations, chat => chat.Text);
        TrainingSequence[] training = [.. Windows(trainingTexts), .. Chats(trainingChats)];
        TrainingSequence[] heldOut = [.. Windows(heldOutTexts), .. Chats(heldOutChats)];
        return new PreparedData(training, heldOut, FirstPrompt());

        IReadOnlyList<TrainingSequence> Windows(IReadOnlyList<string> texts) =>
            TokenStream.Windows(TokenStream.Join(texts.Select(encoder.Encode), encoder.Separator), sequenceLength);

        IEnumerable<TrainingSequence> Chats(IReadOnlyList<Conversation> chats) =>
            chats.Select(chat => encoder.Encode(chat).Truncate(sequenceLength)).Where(sequence => sequence.ScoredLabels > 0);

        Prompt FirstPrompt() => (heldOutChats.Count > 0 ? heldOutChats : trainingChats) is [Conversation chat, ..]
            ? encoder.PromptOf(chat)
            : encoder.PromptOf((heldOutTexts.Count > 0 ? heldOutTexts : trainingTexts)[0]);
    }
}

/// <summary>The sequences of a corpus.</summary>
/// <param name="Training">Those that train.</param>
/// <param name="HeldOut">Those that measure.</param>
/// <param name="Prompt">The beginning of something held out, to be continued where the user names no prompt.</param>
internal sealed record PreparedData(IReadOnlyList<TrainingSequence> Training, IReadOnlyList<TrainingSequence> HeldOut, Prompt Prompt);
