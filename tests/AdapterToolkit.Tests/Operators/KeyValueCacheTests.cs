using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Adapters;
using AdapterToolkit.Tests.Differentiation.Models;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>A cache of keys and values grows, is cut and copied, counts the tokens of whole runs alone, and refuses what it does not fit.</summary>
[Trait("Device", "cpu")]
public sealed class KeyValueCacheTests : IDisposable
{
    private const int Columns = 4;

    private readonly CpuDevice _device = new(threads: 1);
    private readonly RotaryTable _rotary;

    public KeyValueCacheTests() => _rotary = new RotaryTable(_device, 64, RotaryFrequencies.Compute(Columns, 10_000, null));

    public void Dispose()
    {
        _rotary.Dispose();
        Assert.Equal(0, _device.HeldBytes);
        _device.Dispose();
    }

    [Fact]
    public void Room_doubles_and_rows_stay()
    {
        using KeyValueCache cache = new(_device);
        List<int> capacities = [];
        for (int token = 0; token < 9; token++)
        {
            Add(cache, token);
            capacities.Add(Rows(cache).Capacity);
        }

        Assert.Equal([1, 2, 4, 4, 8, 8, 8, 8, 16], capacities);
        AssertHolds(cache, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    [Fact]
    public void More_rows_than_twice_as_many_get_the_room_that_they_need()
    {
        using KeyValueCache cache = new(_device);
        Add(cache, 0, 1);
        Add(cache, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal(9, Rows(cache).Capacity);
        AssertHolds(cache, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    [Fact]
    public void It_goes_on_from_where_it_was_cut()
    {
        using KeyValueCache cache = new(_device, firstPosition: 7);
        Add(cache, 0, 1, 2, 3);
        Assert.Equal((4, 11), (cache.Count, cache.NextPosition));
        int capacity = Rows(cache).Capacity;
        cache.Truncate(2);
        Assert.Equal((2, 9), (cache.Count, cache.NextPosition));
        Add(cache, 8);
        AssertHolds(cache, 0, 1, 8);
        Assert.Equal(capacity, Rows(cache).Capacity);
        cache.Truncate(0);
        Add(cache, 9);
        AssertHolds(cache, 9);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(-1));
        AssertHolds(cache, 9);
    }

    [Fact]
    public void A_fork_has_rows_of_its_own()
    {
        using KeyValueCache cache = new(_device, firstPosition: 5);
        using KeyValueCache empty = cache.Fork();
        Add(cache, 0, 1, 2);
        using KeyValueCache fork = cache.Fork();
        Assert.Equal(cache.NextPosition, fork.NextPosition);
        Add(cache, 3);
        Add(fork, 6, 7);
        Add(empty, 8);
        cache.Truncate(1);
        Add(cache, 9);
        AssertHolds(cache, 0, 9);
        AssertHolds(fork, 0, 1, 2, 6, 7);
        AssertHolds(empty, 8);
    }

    [Fact]
    public void After_its_end_it_holds_nothing_and_takes_nothing()
    {
        long held = _device.HeldBytes;
        KeyValueCache cache = new(_device), beside = new(_device);
        Add(cache, 0, 1);
        using SequenceContext context = Context([1], cache);
        CacheRun run = CacheRun.Of(context)!;
        Assert.True(_device.HeldBytes > held);
        cache.Dispose();
        cache.Dispose();
        beside.Dispose();
        Assert.Equal(held, _device.HeldBytes);
        Assert.Throws<ObjectDisposedException>(() => cache.Truncate(0));
        Assert.Throws<ObjectDisposedException>(cache.Fork);
        Assert.Throws<ObjectDisposedException>(run.Complete);
        Assert.Throws<ObjectDisposedException>(() => CacheRun.Of(context));
    }

    [Fact]
    public void A_run_that_does_not_come_to_its_end_leaves_it_as_it_was()
    {
        using KeyValueCache cache = new(_device);
        Add(cache, 0, 1);
        long held = _device.HeldBytes;
        using (PlannedCall call = new())
        {
            using SequenceContext context = Context([3], cache);
            Write(CacheRun.Of(context)!, 4, 5, 6);
        }

        // The room that was made for the rows stays, and belongs to the cache, not to the call that failed.
        Assert.True(_device.HeldBytes > held);
        AssertHolds(cache, 0, 1);
        Add(cache, 2, 3, 7);
        AssertHolds(cache, 0, 1, 2, 3, 7);
        using (TensorScope scope = new())
        {
            Add(cache, 8, 9);
        }

        AssertHolds(cache, 0, 1, 2, 3, 7, 8, 9);
    }

    [Fact]
    public void A_first_run_that_does_not_come_to_its_end_leaves_it_empty()
    {
        using KeyValueCache cache = new(_device);
        using (SequenceContext context = Context([2], cache))
            Write(CacheRun.Of(context)!, 4, 5);
        using KeyValueCache fork = cache.Fork();
        Assert.Equal((0, 0), (cache.Count, fork.Count));
        Add(cache, 1);
        AssertHolds(cache, 1);
    }

    [Fact]
    public void Rows_of_padding_do_not_enter_it()
    {
        using KeyValueCache one = new(_device), other = new(_device), none = new(_device);
        TokenIds tokens = new TokenIds(3, 3, new int[9], [2, 3, 0]).Continuing(one, other, none);
        using SequenceContext context = new(tokens, _rotary);
        CacheRun run = CacheRun.Of(context)!;
        Write(run, 0, 1, 99, 2, 3, 4, 99, 99, 99);
        run.Complete();
        AssertHolds(one, 0, 1);
        AssertHolds(other, 2, 3, 4);
        Assert.Equal(0, none.Count);
    }

    /// <summary>A module that runs several times has one site. Each time has keys and values of its own, and none is added twice.</summary>
    [Fact]
    public void Each_time_that_a_run_comes_to_a_site_has_its_own_rows()
    {
        using KeyValueCache cache = new(_device);
        foreach (int[] tokens in (int[][])[[0, 1], [2]])
        {
            using SequenceContext context = Context([tokens.Length], cache);
            CacheRun run = CacheRun.Of(context)!;
            Write(run, tokens);
            Write(run, [.. tokens.Select(token => token + 10)]);
            run.Complete();
        }

        Assert.Equal(3, cache.Count);
        AssertHolds(cache, 0, 1, 2);
        AssertNumbers(cache.RowsOf(new AttentionCall(0, 1), Columns), 10, 11, 12);
    }

    [Fact]
    public void A_sequence_that_does_not_go_on_where_its_cache_ends_is_refused()
    {
        using KeyValueCache cache = new(_device, firstPosition: 5);
        Assert.Contains("Sequence 1 starts at position 0, but its cache goes on at position 5", Refusal([0, 0]), StringComparison.Ordinal);
        Add(cache, 1, 2);
        Assert.Contains("Sequence 1 starts at position 5, but its cache goes on at position 7", Refusal([0, 5]), StringComparison.Ordinal);
        TokenIds tokens = new TokenIds(new int[2], [1, 1], [0, 7]).Continuing(null, cache);
        Assert.Equal([null, cache], tokens.Sequences.ToArray().Select(sequence => sequence.Cache));

        string Refusal(int[] positions) =>
            Assert.Throws<ArgumentException>(() => new TokenIds(new int[2], [1, 1], positions).Continuing(null, cache)).Message;
    }

    [Fact]
    public void Caches_that_do_not_fit_a_batch_are_refused()
    {
        using KeyValueCache cache = new(_device), other = new(_device);
        TokenIds tokens = new(new int[3], [1, 1, 1]);
        string same = Assert.Throws<ArgumentException>(() => tokens.Continuing(cache, other, cache)).Message;
        Assert.Contains("Sequences 0 and 2 continue the same cache", same, StringComparison.Ordinal);
        string count = Assert.Throws<ArgumentException>(() => tokens.Continuing(cache, other)).Message;
        Assert.Contains("3 sequences needs as many caches, but 2", count, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyValueCache(_device, -1));
    }

    [Fact]
    public void A_batch_runs_once()
    {
        using KeyValueCache cache = new(_device);
        using SequenceContext context = Context([2], cache);
        CacheRun run = CacheRun.Of(context)!;
        Write(run, 0, 1);
        run.Complete();
        Assert.Contains("The run has ended", Assert.Throws<InvalidOperationException>(run.Complete).Message, StringComparison.Ordinal);
        Assert.Contains("The run has ended", Assert.Throws<InvalidOperationException>(() => Write(run, 0, 1)).Message, StringComparison.Ordinal);
        string again = Assert.Throws<InvalidOperationException>(() => CacheRun.Of(context)).Message;
        Assert.Contains("Sequence 0 starts at position 0, but its cache goes on at position 2", again, StringComparison.Ordinal);
        AssertHolds(cache, 0, 1);
    }

    [Fact]
    public void A_cache_that_changes_during_a_run_is_refused()
    {
        using KeyValueCache cache = new(_device);
        Add(cache, 0, 1);
        using SequenceContext context = Context([1], cache);
        CacheRun run = CacheRun.Of(context)!;
        Write(run, 2);
        cache.Truncate(1);
        Assert.Throws<InvalidOperationException>(() => Write(run, 2));
        Assert.Throws<InvalidOperationException>(run.Complete);
        AssertHolds(cache, 0);
    }

    [Fact]
    public void A_cache_of_another_device_is_refused()
    {
        using CpuDevice elsewhere = new(threads: 1);
        using KeyValueCache cache = new(elsewhere);
        using SequenceContext context = Context([1], cache);
        AssertNames("The cache of sequence 0 is on", () => CacheRun.Of(context));
    }

    [Fact]
    public void A_cache_of_another_model_is_refused()
    {
        using KeyValueCache cache = new(_device);
        Add(cache, 0, 1);
        using SequenceContext context = Context([1], cache);
        CacheRun run = CacheRun.Of(context)!;
        using Tensor narrow = Tensor.Zeros(_device, new Shape(1, Columns)), wide = Tensor.Zeros(_device, new Shape(1, 2 * Columns));
        string otherSite = Assert.Throws<InvalidOperationException>(() => run.Add(1, narrow, narrow)).Message;
        Assert.Contains("attention at site 1 has 0 of the 2 tokens", otherSite, StringComparison.Ordinal);
        string otherWidth = Assert.Throws<InvalidOperationException>(() => run.Add(0, wide, wide)).Message;
        Assert.Contains("attention at site 0 has keys of 8 features, but those of a cache have 4", otherWidth, StringComparison.Ordinal);
        string moreTimes = Assert.Throws<InvalidOperationException>(() => run.Add(0, narrow, narrow)).Message;
        Assert.Contains("attention at site 0, at run 2 of it, has 0 of the 2 tokens", moreTimes, StringComparison.Ordinal);
        AssertHolds(cache, 0, 1);
    }

    [Fact]
    public void An_attention_that_is_no_part_of_the_run_is_refused()
    {
        using KeyValueCache cache = new(_device);
        using SequenceContext context = Context([2], cache), without = Context([2], null), other = Context([2], cache);
        CacheRun run = CacheRun.Of(context)!;
        Assert.Null(CacheRun.Of(without));
        using TensorScope scope = new();
        Tensor x = Tensor.Zeros(_device, new Shape(2, Columns));
        AssertNames("no part of a run", () => Op.CausalAttention(x, x, x, context));
        AssertNames("no part of a run", () => Op.CausalAttention(x, x, x, context, new AttentionPrefix([], Pass.Active)));
        AssertNames("others than those whose caches", () => Op.CausalAttention(x, x, x, without, new AttentionPrefix([], run, 0)));
        AssertNames("others than those whose caches", () => Op.CausalAttention(x, x, x, other, new AttentionPrefix([], run, 0)));
        AssertNames("No gradient reaches", () => Op.CausalAttentionSaving(x, x, x, context, new AttentionPrefix([], run, 0), out _));
        AssertNames("No gradient reaches", () => Op.CausalAttentionSaving(x, x, x, context, null, out _));
        Op.CausalAttention(x, x, x, context, new AttentionPrefix([], run, 0));
        run.Complete();
        Assert.Equal(2, cache.Count);
    }

    /// <summary>A list of modules with an attention each, and an attention in a loop, in which each time attends to what it cached itself.</summary>
    [Fact]
    public void A_module_that_runs_several_times_gives_what_it_gives_for_the_whole()
    {
        const int rows = 7, features = Adapted.Features;
        LoopedAttention tree = new();
        tree.NameTree("");
        FrozenWeight[] weights = [.. tree.SelfAndDescendants.SelectMany(module => module.FrozenWeights)];
        foreach (FrozenWeight weight in weights)
            weight.Load(_device, Numbers(weight.Shape.Elements));
        float[] x = Numbers(rows * features);
        using RotaryTable rotary = new(_device, rows, RotaryFrequencies.Compute(features / 3, 10_000, null));
        using KeyValueCache cache = new(_device);
        using TensorScope scope = new();
        SequenceContext whole = new(new TokenIds(new int[rows], [rows]), rotary);
        float[] expected = tree.Evaluate(Tensor.From(_device, new Shape(rows, features), x), whole, Pass.Active).ToArray();

        List<float> actual = [];
        foreach (int count in (int[])[3, 1, 2, 1])
        {
            int first = cache.Count;
            using SequenceContext context = new(new TokenIds(new int[count], [count], [first]).Continuing(cache), rotary);
            CacheRun run = CacheRun.Of(context)!;
            using Tensor piece = Tensor.From(_device, new Shape(count, features), x.AsSpan(first * features, count * features));
            actual.AddRange(tree.Evaluate(piece, context, new Pass(run)).ToArray());
            run.Complete();
        }

        Close.Assert(expected, actual.ToArray(), 1e-5, "rows");
        foreach (FrozenWeight weight in weights)
            weight.Dispose();
    }

    [Fact]
    public void Passes_of_a_training_and_calls_by_hand_are_refused()
    {
        SingleAttention module = new();
        FrozenWeight[] weights = [.. module.SelfAndDescendants.SelectMany(part => part.FrozenWeights)];
        foreach (FrozenWeight weight in weights)
            weight.Load(_device, Numbers(weight.Shape.Elements));
        using RotaryTable rotary = new(_device, 4, RotaryFrequencies.Compute(Adapted.Features / 3, 10_000, null));
        using KeyValueCache cache = new(_device);
        using SequenceContext context = new(new TokenIds(new int[2], [2]).Continuing(cache), rotary);
        CacheRun run = CacheRun.Of(context)!;
        using TensorScope scope = new();
        Tensor x = Tensor.Zeros(_device, new Shape(2, Adapted.Features));
        AssertNames("no numbers before it is loaded", () => module.Evaluate(x, context, new Pass(run)));
        module.NameTree("");
        AssertNames("no part of a run", () => module.Forward(x, context));
        AssertNames("no part of a run", () => module.Evaluate(x, context));
        AssertNames("no part of a run", () => module.Evaluate(x, context, new Pass(new GivenPrefixes(_ => []))));
        AssertNames("No gradient reaches", () => module.ForwardSaving(x, true, context, out _));
        AssertNames("No gradient reaches", () => module.ForwardSaving(x, true, context, new Pass(run), out _));
        PassSequences sequences = new([new PassSequence(0, 2, 0, 0)], 2, 1);
        AssertNames("No gradient reaches", () => module.ForwardSaving(x, true, context, new Pass(null, sequences), out _));
        AssertNames("no part of a run", () => module.ForwardSaving(x, false, context, new Pass(null, sequences), out _));

        // What is recomputed runs after the run that it repeats.
        module.RecomputesForward = true;
        module.ForwardSaving(x, true, context, new Pass(run), out ForwardRecord? record);
        run.Complete();
        AssertNames("No gradient reaches", () => module.Backward(x, record!, out _));
        Assert.Equal(2, cache.Count);
        record!.Release();
        foreach (FrozenWeight weight in weights)
            weight.Dispose();
    }

    private static void AssertNames(string named, Action refused) =>
        Assert.Contains(named, Assert.Throws<InvalidOperationException>(refused).Message, StringComparison.Ordinal);

    private static float[] Numbers(int count)
    {
        float[] numbers = new float[count];
        new RandomSequence((ulong)count).FillGaussian(numbers, 1);
        return numbers;
    }

    private SequenceContext Context(int[] lengths, KeyValueCache? cache) =>
        new(new TokenIds(new int[lengths.Sum()], lengths, [cache?.NextPosition ?? 0]).Continuing(cache), _rotary);

    /// <summary>Adds rows at site 0: keys of a number each, and values of its negative.</summary>
    private void Write(CacheRun run, params int[] tokens)
    {
        using Tensor key = Repeated(1), value = Repeated(-1);
        Assert.Equal(run.Context.Sequences.Length, run.Add(0, key, value).Length);

        Tensor Repeated(int sign) =>
            Tensor.From(_device, new Shape(tokens.Length, Columns), [.. tokens.SelectMany(token => Enumerable.Repeat((float)(sign * token), Columns))]);
    }

    private void Add(KeyValueCache cache, params int[] tokens)
    {
        using SequenceContext context = Context([tokens.Length], cache);
        CacheRun run = CacheRun.Of(context)!;
        Write(run, tokens);
        run.Complete();
    }

    private static CachedRows Rows(KeyValueCache cache) => cache.RowsOf(new AttentionCall(0, 0), Columns);

    private static void AssertHolds(KeyValueCache cache, params int[] tokens)
    {
        Assert.Equal(tokens.Length, cache.Count);
        AssertNumbers(Rows(cache), tokens);
    }

    private static void AssertNumbers(CachedRows rows, params int[] tokens)
    {
        using Tensor keys = rows.Keys(), values = rows.Values();
        Assert.Equal(tokens.SelectMany(token => Enumerable.Repeat((float)token, Columns)), keys.ToArray());
        Assert.Equal(tokens.SelectMany(token => Enumerable.Repeat(-(float)token, Columns)), values.ToArray());
    }
}
