using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    /// <summary>The entries, first to last.</summary>
    public List<(LogLevel Level, string Text)> Entries { get; } = [];

    /// <summary>The entries as lines: "Level: message".</summary>
    public IReadOnlyList<string> Lines => [.. Entries.Select(entry => $"{entry.Level}: {entry.Text}")];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add((logLevel, formatter(state, exception)));
}
