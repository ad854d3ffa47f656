using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Tests.Support;

/// <summary>A logger that keeps what it is told, a line each: "Level: message".</summary>
public sealed class CollectingLogger : ILogger
{
    /// <summary>The lines.</summary>
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");
}
