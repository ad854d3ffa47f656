using AdapterToolkit.Devices;
using AdapterToolkit.Generation;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>How a continuation is stopped, and what it says meanwhile.</summary>
public sealed class GenerationTests
{
    private static readonly int[] s_prompt = [1, 2, 3, 4];

    [Fact]
    public void CancellationEndsItBetweenTwoTokens()
    {
        using CpuDevice device = new(threads: 1);
        using FusedModel model = FusedModel.Create(device);
        using CancellationTokenSource source = new();
        Lines lines = new() { AtToken = number => { if (number == 2) source.Cancel(); } };
        long held = Held(model);

        Assert.Throws<OperationCanceledException>(() => model.Generate(s_prompt, 5, default, lines, source.Token));

        Assert.Equal(2, lines.Tokens);
        Assert.Equal(held, device.HeldBytes);
        Assert.Throws<OperationCanceledException>(() => model.Generate(s_prompt, 5, default, null, source.Token));
        Assert.Equal(5, model.Generate(s_prompt, 5, cancellationToken: TestContext.Current.CancellationToken).Length);
    }

    [Fact]
    public void ItLogsItsStartItsTokensAndItsEnd()
    {
        using CpuDevice device = new(threads: 1);
        using FusedModel model = FusedModel.Create(device);
        Lines lines = new();
        int[] tokens = model.Generate(s_prompt, 3, logger: lines, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                "Debug: Continuing 4 tokens by 3 at most.",
                .. tokens.Select((token, index) => $"Trace: Token {index + 1} is {token}."),
                "Debug: Added 3 tokens; the last one ends the text: False.",
            ],
            lines.Written);

        Lines ended = new();
        Assert.Equal([tokens[0]], model.Generate(s_prompt, 3, [tokens[0]], ended, TestContext.Current.CancellationToken));
        Assert.Equal("Debug: Added 1 tokens; the last one ends the text: True.", ended.Written[^1]);
    }

    [Fact]
    public void ATextAsLongAsTheModelTakesIsSaidToBeCut()
    {
        using CpuDevice device = new(threads: 1);
        using FusedModel model = FusedModel.Create(device);
        int[] prompt = [.. Enumerable.Repeat(1, model.MaximumPositions - 2)];
        Lines lines = new();
        Assert.Equal(2, model.Generate(prompt, 9, logger: lines, cancellationToken: TestContext.Current.CancellationToken).Length);
        Assert.Contains("Warning: Stopped after 2 of 9 tokens: the model takes sequences of 16 tokens at most.", lines.Written);
    }

    [Fact]
    public void APromptThatTheModelDoesNotTakeIsRefused()
    {
        using CpuDevice device = new(threads: 1);
        using FusedModel model = FusedModel.Create(device);
        Assert.Contains("17 tokens",
            Assert.Throws<ArgumentException>(() => model.Generate(new int[17], 1, cancellationToken: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
        Assert.Contains("0 tokens",
            Assert.Throws<ArgumentException>(() => model.Generate([], 1, cancellationToken: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate(s_prompt, -1, cancellationToken: TestContext.Current.CancellationToken));
    }

    /// <summary>What a model holds once a call has made what is kept between calls.</summary>
    private static long Held(FusedModel model)
    {
        model.NextTokenLogits(s_prompt);
        return model.Device.HeldBytes;
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public int Tokens => Written.Count(line => line.StartsWith("Trace", StringComparison.Ordinal));

        public Action<int> AtToken { get; init; } = _ => { };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Written.Add($"{logLevel}: {formatter(state, exception)}");
            if (logLevel == LogLevel.Trace)
                AtToken(Tokens);
        }
    }
}
