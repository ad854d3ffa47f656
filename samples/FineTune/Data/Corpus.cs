using AdapterToolkit.Formats;
using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>What there is to learn: texts, conversations, or both.</summary>
/// <param name="Description">What it is, for the summary.</param>
/// <param name="Texts">Texts, which become one stream of tokens.</param>
/// <param name="Conversations">Conversations, each a sequence of its own or several.</param>
internal sealed record Corpus(string Description, IReadOnlyList<DataText> Texts, IReadOnlyList<Conversation> Conversations)
{
    /// <summary>
    /// Of held-out sequences no more than these tokens, from the first on, are measured, so that large data do not spend
    /// their time on measuring. The reference documentation has fewer.
    /// </summary>
    private const int MostHeldOutTokens = 1 << 15;

    /// <summary>A prompt that shows what was learned; null where the corpus' own beginning does.</summary>
    public string? Prompt { get; init; }

    /// <summary>How many files of the folder are not read.</summary>
    public int FilesLeftOut { get; init; }

    /// <summary>Reads the user's data.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="UserException">It is not there, holds nothing to learn, or is malformed; the message names file and line.</exception>
    public static Corpus Read(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            DataFileContents contents = DataFiles.Read(path, cancellationToken: cancellationToken);
            if (contents.Conversations.Count == 0 && contents.Texts.All(text => string.IsNullOrWhiteSpace(text.Text)))
                throw new UserException($"--data {path}: there is no text in it.");
            return new Corpus(path, contents.Texts, contents.Conversations) { FilesLeftOut = contents.FilesLeftOut.Count };
        }
        catch (DataFileException exception)
        {
            throw new UserException($"--data {exception.Message}");
        }
    }

    /// <summary>Turns the corpus into the sequences that train and those that are held out.</summary>
    /// <param name="encoder">Turns texts into tokens.</param>
    /// <param name="sequenceLength">The tokens of a window of text; conversations are cut to it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="UserException">Nothing of it trains, or a conversation does not fit the chat template.</exception>
    public PreparedData Prepare(TextEncoder encoder, int sequenceLength, CancellationToken cancellationToken = default)
    {
        (IReadOnlyList<Passage> trainingPassages, IReadOnlyList<Passage> heldOutPassages) = HeldOutRule.Divide(Passage.Of(Texts), passage => passage.Deciding);
        (IReadOnlyList<string> trainingTexts, IReadOnlyList<string> heldOutTexts) = (Passage.Join(trainingPassages), Passage.Join(heldOutPassages));
        (IReadOnlyList<Conversation> trainingChats, IReadOnlyList<Conversation> heldOutChats) = HeldOutRule.Divide(Conversations, chat => chat.Text);
        TrainingData training = encoder.Encode(trainingTexts, trainingChats, sequenceLength, cancellationToken);
        TrainingData heldOut = encoder.Encode(heldOutTexts, heldOutChats, sequenceLength, cancellationToken);
        IReadOnlyList<TrainingSequence> measured = Beginning(heldOut.Sequences);
        TrainingData all = training.And(heldOut) with { Texts = Texts.Count, TextsLeftOut = Texts.Count(text => text.Text.Length == 0) };
        string[] notes = [.. DataNotes.Of(FilesLeftOut, all, sequenceLength), .. DataNotes.OfMeasured(measured, heldOut)];
        if (training.Sequences.Count == 0)
            throw new UserException($"--data {Description}: nothing is left to learn. {string.Join(' ', notes)}");
        return new PreparedData(training.Sequences, measured, FirstPrompt(), notes) { Counts = DataCounts.Of(all) };

        Prompt FirstPrompt() => (heldOutChats.Count > 0 ? heldOutChats : trainingChats) is [Conversation chat, ..]
            ? encoder.PromptOf(chat)
            : encoder.PromptOf((heldOutTexts.Count > 0 ? heldOutTexts : trainingTexts)[0]);
    }

    private static IReadOnlyList<TrainingSequence> Beginning(IReadOnlyList<TrainingSequence> sequences)
    {
        int tokens = 0;
        return [.. sequences.TakeWhile((sequence, index) => (tokens += sequence.Ids.Length) <= MostHeldOutTokens || index == 0)];
    }
}
