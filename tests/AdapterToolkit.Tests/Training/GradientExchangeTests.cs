using AdapterToolkit.Devices;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using UsersCode;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Two trainings that share their steps' sequences by an exchange of a user's make the steps of one, to the bit.</summary>
[Trait("Device", "cpu")]
public sealed class GradientExchangeTests
{
    private const int Steps = 3;

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(8)]
    public void Two_shares_of_the_sequences_give_the_bits_of_one_process(int first)
    {
        using Side alone = new();
        TrainingStep[] expected =
        [
            .. Batches().Select(sequences => alone.Trainer().Step([TrainingBatch.Of(sequences)], TestContext.Current.CancellationToken)),
        ];
        using ThreadExchange exchange = new(2);
        using Side left = new(), right = new();

        Run(
            () => left.Fit(exchange[0], sequences => sequences[..first]),
            () => right.Fit(exchange[1], sequences => sequences[first..]));

        foreach (Side side in (Side[])[left, right])
        {
            Assert.Equal(
                expected.Select(step => (step.Loss, step.GradientNorm, step.Tokens)), side.Made.Select(step => (step.Loss, step.GradientNorm, step.Tokens)));
            Assert.Equal(alone.Numbers(), side.Numbers());
        }

        if (first == 4)
            Assert.Equal((1, 1), (exchange.SumsOf(0), exchange.SumsOf(1)));
        if (first == 3)
            Assert.Equal((2, 2), (exchange.SumsOf(0), exchange.SumsOf(1)));
    }

    [Fact]
    public void A_stop_of_one_process_ends_all_at_the_same_step()
    {
        using ThreadExchange exchange = new(2);
        using Side left = new(), right = new();

        Run(
            () => Assert.Throws<OperationCanceledException>(() => left.Fit(exchange[0], sequences => sequences[..4], stopsAfterFirst: true)),
            () => Assert.Throws<OperationCanceledException>(() => right.Fit(exchange[1], sequences => sequences[4..])));

        Assert.Equal((1, 1), (left.Made.Count, right.Made.Count));
        Assert.Equal(left.Numbers(), right.Numbers());
    }

    [Fact]
    public void A_failure_in_one_process_keeps_all_from_making_the_step()
    {
        using ThreadExchange exchange = new(2);
        using Side left = new(), right = new();
        float[][] before = left.Numbers();
        int[] beyond = [0, 1_000_000];

        Run(
            () => Assert.ThrowsAny<ArgumentException>(() => left.Fit(exchange[0], _ => [new TrainingSequence(beyond)])),
            () => Assert.Throws<OperationCanceledException>(() => right.Fit(exchange[1], sequences => sequences[4..])));

        Assert.Empty(left.Made);
        Assert.Empty(right.Made);
        Assert.Equal(before, left.Numbers());
        Assert.Equal(before, right.Numbers());
    }

    [Fact]
    public void The_local_exchange_hands_back_what_it_was_given()
    {
        using IGradientExchangeStep step = new LocalExchange().Begin(new StepContents(3, 20, 30, Stops: false));
        Assert.Equal(new StepTotals(new SequenceShare(0, 3, 3), 20, 30, false), step.Totals);
        Assert.Equal(new StepOutcome(2.5, true), step.Complete([new PartialSum<double>(new SequenceRange(0, 4), 2.5)], stops: true));
    }

    private static void Run(Action left, Action right)
    {
        Task other = Task.Factory.StartNew(right, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        left();
        Assert.True(other.Wait(TimeSpan.FromMinutes(1)));
    }

    private static IEnumerable<TrainingSequence[]> Batches() => Enumerable.Range(0, Steps).Select(step => Enumerable.Range(0, 8)
        .Select(i => new TrainingSequence(
            (int[])[.. Enumerable.Range(0, 5 + ((step + i) % 4)).Select(position => ((step * 3) + (i * 11) + (position * 7)) % 50)]))
        .ToArray());

    /// <summary>A process: a model, an optimizer and the steps that were made.</summary>
    private sealed class Side : IDisposable
    {
        private readonly CpuDevice _device = new(threads: 1);
        private readonly TrainedNormLlama _model;
        private readonly AdamW _optimizer = new(1e-2f);
        private Trainer? _trainer;

        public Side()
        {
            _model = TrainedNormLlama.Load(Fixtures.PathOf("llama-tiny", "base"), _device);
            _model.Adapter.Initialize(3);
        }

        public List<TrainingStep> Made { get; } = [];

        public Trainer Trainer(IGradientExchange? exchange = null) => _trainer ??= new(_model, _optimizer) { Exchange = exchange ?? new LocalExchange() };

        public void Fit(IGradientExchange exchange, Func<TrainingSequence[], TrainingSequence[]> share, bool stopsAfterFirst = false)
        {
            using CancellationTokenSource source = new();
            foreach (TrainingSequence[] own in Batches().Select(share))
            {
                Made.Add(Trainer(exchange).Step([.. own.Chunk(3).Select(sequences => TrainingBatch.Of(sequences))], source.Token));
                if (stopsAfterFirst)
                    source.Cancel();
            }
        }

        public float[][] Numbers() => [.. _model.TrainableParameters.Select(parameter => parameter.Value.ToArray())];

        public void Dispose()
        {
            _optimizer.Dispose();
            _model.Dispose();
            _device.Dispose();
        }
    }
}
