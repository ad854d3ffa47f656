namespace AdapterToolkit.Training;

/// <summary>What a process has for a step.</summary>
/// <param name="Sequences">How many sequences, those without labels included.</param>
/// <param name="Labels">How many labels of them have a loss.</param>
/// <param name="Tokens">How many tokens they have, padding left out.</param>
/// <param name="Stops">Whether the process asks all to stop before the step.</param>
public readonly record struct StepContents(int Sequences, long Labels, long Tokens, bool Stops);
