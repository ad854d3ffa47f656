namespace AdapterToolkit.Training;

/// <summary>What a step's exchange comes to, the same for all processes.</summary>
/// <param name="Loss">The sum of the losses of all sequences.</param>
/// <param name="Stops">Whether a process failed, or asks all to stop: the step is not made.</param>
public readonly record struct StepOutcome(double Loss, bool Stops);
