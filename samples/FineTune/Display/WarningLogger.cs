using Microsoft.Extensions.Logging;

namespace FineTune.Display;

/// <summary>Shows the warnings of the toolkit to the user.</summary>
/// <param name="display">Where.</param>
internal sealed class WarningLogger(IDisplay display) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            display.ShowLine(formatter(state, exception));
    }
}
