using AdapterToolkit.Devices;
using AdapterToolkit.Generation;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A second thread on a model is refused while a call is made, and the call in progress is not disturbed.</summary>
public sealed class OneThreadTests
{
    private static readonly int[] s_tokens = [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public async Task EveryCallOfASecondThreadIsRefused(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using FusedModel model = FusedModel.Create(device);
        using AdamW optimizer = new();
        int[] alone = model.Generate(s_tokens, 2, cancellationToken: TestContext.Current.CancellationToken);
        using TemporaryFolder folder = new();
        Action[] calls = [.. ModelCalls.Of(model, optimizer, folder), model.Dispose];

        Assert.Equal(alone, await WhileGenerating(model, () => Assert.All(calls, call =>
            Assert.Contains("The model is in use by another thread", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Equal(alone, model.Generate(s_tokens, 2, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ACallThatFailsLetsTheNextThreadIn()
    {
        using CpuDevice device = new();
        using FusedModel model = FusedModel.Create(device);
        model.Fuse.ForwardCalls = 0;
        Assert.Throws<BlownFuseException>(() => model.Logits(new TokenIds(1, 4, s_tokens)));
        await Task.Run(() => model.Logits(new TokenIds(1, 4, s_tokens)), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ModelsOnOneCpuDeviceRunOnThreadsOfTheirOwn()
    {
        using CpuDevice device = new(threads: 2);
        using FusedModel first = FusedModel.Create(device), second = FusedModel.Create(device);
        double alone = Loss(first);
        Assert.Equal(alone, Loss(second));
        double[] losses = await Task.WhenAll(
            new[] { first, second }.Select(model => Task.Run(() => Enumerable.Range(0, 200).Select(_ => Loss(model)).Distinct().Single())));
        Assert.All(losses, loss => Assert.Equal(alone, loss));

        static double Loss(FusedModel model) => model.ForwardBackward(new TokenIds(1, 4, s_tokens), s_tokens).Sum;
    }

    [Theory]
    [MemberData(nameof(TestDevices.Accelerators), MemberType = typeof(TestDevices))]
    public async Task AnotherModelOnTheSameAcceleratorIsRefused(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using FusedModel first = FusedModel.Create(device), second = FusedModel.Create(device);
        Action[] calls = [() => second.Logits(new TokenIds(1, 4, s_tokens)), () => FusedModel.Create(device).Dispose()];
        await WhileGenerating(first, () => Assert.All(calls, call =>
            Assert.Contains("The device is in use by another thread", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal)));
        second.Logits(new TokenIds(1, 4, s_tokens));
    }

    /// <summary>Runs an action on this thread while another one is between two tokens of a text.</summary>
    private static async Task<int[]> WhileGenerating(FusedModel model, Action action)
    {
        using Gate gate = new();
        Task<int[]> generating = Task.Run(() => model.Generate(s_tokens, 2, logger: gate, cancellationToken: TestContext.Current.CancellationToken));
        gate.WaitUntilReached();
        try
        {
            action();
        }
        finally
        {
            gate.Open();
        }

        return await generating;
    }

    /// <summary>Stops the thread that logs its first token until it is opened.</summary>
    private sealed class Gate : ILogger, IDisposable
    {
        private readonly ManualResetEventSlim _reached = new(), _opened = new();

        public void WaitUntilReached() => Assert.True(_reached.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));

        public void Open() => _opened.Set();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Trace;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _reached.Set();
            _opened.Wait(TimeSpan.FromMinutes(1));
        }

        public void Dispose()
        {
            _reached.Dispose();
            _opened.Dispose();
        }
    }
}
