using AdapterToolkit.Training;

namespace FineTune.Display;

/// <summary>Shows the user what happens.</summary>
internal interface IDisplay
{
    /// <summary>Shows what is trained on what.</summary>
    /// <param name="summary">The numbers.</param>
    void ShowSummary(RunSummary summary);

    /// <summary>Shows one line about what happens now or has happened.</summary>
    /// <param name="text">The line.</param>
    void ShowLine(string text);

    /// <summary>Shows progress while training runs.</summary>
    /// <param name="completed">Steps made before.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="train">Trains, and reports each step.</param>
    void ShowTraining(int completed, int steps, Action<ITrainingProgress> train);

    /// <summary>Shows what the training has changed.</summary>
    /// <param name="outcome">The numbers and texts.</param>
    void ShowOutcome(Outcome outcome);
}

/// <summary>Receives the steps of a training that is shown.</summary>
internal interface ITrainingProgress
{
    /// <summary>A step was made.</summary>
    /// <param name="step">The step.</param>
    void Report(TrainingStep step);

    /// <summary>The held-out loss was measured.</summary>
    /// <param name="point">The loss.</param>
    void Report(HeldOutPoint point);
}

/// <summary>What is trained on what.</summary>
/// <param name="Model">The base checkpoint's folder.</param>
/// <param name="Device">The device.</param>
/// <param name="BaseParameters">Numbers in the frozen weights.</param>
/// <param name="DenseBytes">Bytes of the frozen weights as the file has them.</param>
/// <param name="BaseBytes">Bytes of the frozen weights as they are held.</param>
/// <param name="BitsPerWeight">Bits that a number of the quantized layers takes; null where none is quantized.</param>
/// <param name="TrainableParameters">Numbers that train.</param>
/// <param name="AdapterBytes">Bytes of the adapter.</param>
/// <param name="Data">What the text is.</param>
/// <param name="TrainingSequences">Sequences that train.</param>
/// <param name="TrainingTokens">Tokens in them.</param>
/// <param name="HeldOutSequences">Sequences that measure.</param>
/// <param name="HeldOutTokens">Tokens in them.</param>
internal sealed record RunSummary(
    string Model,
    string Device,
    long BaseParameters,
    long DenseBytes,
    long BaseBytes,
    double? BitsPerWeight,
    long TrainableParameters,
    long AdapterBytes,
    string Data,
    int TrainingSequences,
    long TrainingTokens,
    int HeldOutSequences,
    long HeldOutTokens);

/// <summary>What the training has changed.</summary>
/// <param name="Report">The report.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="ContinuationBefore">Its continuation before training.</param>
/// <param name="ContinuationAfter">Its continuation after training.</param>
/// <param name="Output">The folder with the results; null where none were written.</param>
internal sealed record Outcome(Report Report, string Prompt, string ContinuationBefore, string ContinuationAfter, string? Output);
