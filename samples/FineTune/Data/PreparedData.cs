using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>The sequences of a corpus.</summary>
/// <param name="Training">Those that train.</param>
/// <param name="HeldOut">Those that measure.</param>
/// <param name="Prompt">The beginning of something held out, to be continued where the user names no prompt.</param>
/// <param name="Notes">What of the data is left out or cut, a sentence each; none where all of it trains or measures.</param>
internal sealed record PreparedData(
    IReadOnlyList<TrainingSequence> Training, IReadOnlyList<TrainingSequence> HeldOut, Prompt Prompt, IReadOnlyList<string> Notes)
{
    /// <summary>How many texts and conversations are left out or cut; null where none is.</summary>
    public DataCounts? Counts { get; init; }
}
