using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>What all processes together have for a step.</summary>
/// <param name="Share">Which of the sequences are this process's.</param>
/// <param name="Labels">How many labels have a loss.</param>
/// <param name="Tokens">How many tokens there are, padding left out.</param>
/// <param name="Stops">Whether a process asks all to stop.</param>
public readonly record struct StepTotals(SequenceShare Share, long Labels, long Tokens, bool Stops);
