using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Training;

/// <summary>What a <see cref="Trainer"/> logs.</summary>
internal static partial class TrainerLog
{
    [LoggerMessage(1, LogLevel.Debug, "Step {Number}: loss {Loss}, learning rate {LearningRate}, gradient norm {GradientNorm}, {Tokens} tokens in {Seconds} s")]
    internal static partial void Step(ILogger logger, int number, double loss, double learningRate, double gradientNorm, int tokens, double seconds);

    [LoggerMessage(2, LogLevel.Information, "Going on after step {Step}, from {Folder}")]
    internal static partial void Resumption(ILogger logger, int step, string folder);

    [LoggerMessage(3, LogLevel.Warning, "{Difference}: the next steps may differ in their last bits from those of a training that had not stopped")]
    internal static partial void Difference(ILogger logger, string difference);

    [LoggerMessage(4, LogLevel.Error, "Step {Step} is not made: {Quantity} is {Value}")]
    internal static partial void Divergence(ILogger logger, int step, string quantity, double value);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "The adapter was trained with a dropout of {Dropout} before; training goes on without, and the value is kept when it is saved")]
    internal static partial void Dropout(ILogger logger, double dropout);
}
