using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Generation;

/// <summary>What is logged while a model continues a text.</summary>
internal static partial class GenerationLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Continuing {PromptTokens} tokens by {MaximumTokens} at most.")]
    internal static partial void Starts(ILogger logger, int promptTokens, int maximumTokens);

    [LoggerMessage(Level = LogLevel.Trace, Message = "Token {Number} is {Token}.")]
    internal static partial void Adds(ILogger logger, int number, int token);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Added {Tokens} tokens; the last one ends the text: {EndsText}.")]
    internal static partial void Ends(ILogger logger, int tokens, bool endsText);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stopped after {Tokens} of {MaximumTokens} tokens: the model takes sequences of {MaximumPositions} tokens at most.")]
    internal static partial void IsFull(ILogger logger, int tokens, int maximumTokens, int maximumPositions);
}
