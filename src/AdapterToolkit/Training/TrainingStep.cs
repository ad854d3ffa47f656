namespace AdapterToolkit.Training;

/// <summary>What happened in one step of training: one update of the parameters.</summary>
/// <param name="Number">The step, counted from one.</param>
/// <param name="Loss">The mean next-token loss, in nats, before the update.</param>
/// <param name="LearningRate">The learning rate of the update.</param>
/// <param name="GradientNorm">The global norm of the gradients, before clipping.</param>
/// <param name="Tokens">How many tokens the model read, padding not counted.</param>
/// <param name="Seconds">How long the step took.</param>
public sealed record TrainingStep(int Number, double Loss, double LearningRate, double GradientNorm, int Tokens, double Seconds);
