using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>How many texts and conversations there are, and how many of them do not train whole, those held out included.</summary>
/// <param name="Texts">Texts.</param>
/// <param name="TextsLeftOut">Texts without a token.</param>
/// <param name="Conversations">Conversations.</param>
/// <param name="ConversationsLeftOut">Conversations of which no answer begins within a sequence.</param>
/// <param name="ConversationsCut">Conversations that lose a part of an answer.</param>
internal sealed record DataCounts(int Texts, int TextsLeftOut, int Conversations, int ConversationsLeftOut, int ConversationsCut)
{
    /// <summary>The counts of data; null where nothing is left out or cut.</summary>
    /// <param name="data">All of the data.</param>
    public static DataCounts? Of(TrainingData data) => data.TextsLeftOut + data.ConversationsLeftOut + data.ConversationsCut > 0
        ? new DataCounts(data.Texts, data.TextsLeftOut, data.Conversations, data.ConversationsLeftOut, data.ConversationsCut)
        : null;
}
