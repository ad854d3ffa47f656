using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Adapters;
using AdapterToolkit.Tests.FamilyModels;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>Texts whose tokens come in pieces, the earlier ones in caches, have the logits of the whole texts.</summary>
public sealed class CachedLogitsTests
{
    private const double Tolerance = 1e-4;

    /// <summary>The tolerance of a model's results against the reference's.</summary>
    private const double ReferenceTolerance = 5e-4;

    private const int PaddingToken = 3;

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    public static IEnumerable<TheoryDataRow<string>> Fast => TestDevices.Fast;

    /// <summary>For what runs the same kernels once more: an OpenCL device on a CPU takes minutes to compile each of them for another batch.</summary>
    public static IEnumerable<TheoryDataRow<string>> Host => TestDevices.All.Where(row => row.Data != "opencl:0");

    public static IEnumerable<TheoryDataRow<string, bool>> Layouts => TestDevices.With(TestDevices.All, (bool[])[false, true]);

    /// <summary>Sequences of different lengths join and leave the batch; with an adapter.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public void Pieces_have_the_logits_of_whole_texts(string identifier, bool isPadded)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using (LlamaModel model = Load(device))
        {
            // ILGPU's CPU accelerator is slow: few tokens are enough there.
            CheckPieces(model, device, isPadded, identifier == "debug"
                ? [[3, 0], [1, 2]]
                : [[3, 40, 0], [1, 1, 5], [4, 0, 1], [1, 25, 1], [20, 1, 3]]);
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Device", "cpu")]
    public void A_model_of_ones_own_has_them_too(bool isPadded)
    {
        using CpuDevice device = new(threads: 2);
        using WrittenLlama model = new(LlamaConfig.FromFolder(TinyLlama.Folder));
        model.LoadCheckpoint(TinyLlama.Folder, device, WeightStorage.AsMarked);
        model.Adapter.Initialize(seed: 4);
        CheckPieces(model, device, isPadded, [[3, 1, 5], [1, 1, 0], [4, 7, 1], [1, 1, 1]]);
    }

    /// <summary>The texts and logits are the reference's, without virtual tokens.</summary>
    [Theory]
    [MemberData(nameof(Fast))]
    public void Pieces_have_the_references_logits(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "base_expected.safetensors"));
        int[][] texts = Texts(expected);
        using CachedTexts cached = new(model, texts);
        cached.FeedAll(3, 1, 4, 1);
        Close.Assert(expected.ReadFloat32("logits"), [.. cached.Logits.SelectMany(logits => logits)], ReferenceTolerance, "logits");
    }

    /// <summary>Every other sequence has PEFT's virtual tokens before it.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void With_virtual_tokens_in_front_they_are_the_references_too(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        using PrefixCase prefix = new(device, model.Blocks.Count);
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "base_expected.safetensors"));
        int[][] texts = Texts(expected);
        texts = identifier == "debug" ? [.. texts.Take(2).Select(text => text[..6])] : texts;
        float[] with = prefix.Logits, without = expected.ReadFloat32("logits");
        int each = with.Length / (int)expected.GetEntry("input_ids").Shape[0];
        using CachedTexts cached = new(model, texts, sequence => HasTokens(sequence) ? prefix.Count : 0)
        {
            Weights = (tokens, numbers) => prefix.On(
                [.. numbers.Index().Where(pair => HasTokens(pair.Item)).Select(pair => RowsOf(tokens.Sequences[pair.Index]))]),
        };
        cached.FeedAll(3, 1, 4, 1);
        for (int i = 0; i < texts.Length; i++)
        {
            float[] logits = cached.Logits[i];
            Close.Assert((HasTokens(i) ? with : without).AsSpan(i * each, logits.Length), logits, ReferenceTolerance, $"logits of sequence {i}");
        }

        static bool HasTokens(int sequence) => sequence % 2 == 0;
    }

    /// <summary>The virtual tokens of the adapter in use, with the call that users make.</summary>
    [Fact]
    [Trait("Device", "cpu")]
    public void The_adapter_in_use_stands_in_front()
    {
        using CpuDevice device = new(threads: 2);
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        using PrefixCase prefix = new(device, model.Blocks.Count);
        foreach (Module module in model.SelfAndDescendants)
            module.AdapterWeights = prefix.On();
        int[] text = Text(12, 0);
        float[] expected = model.Logits(new TokenIds(text, [text.Length], [prefix.Count]));
        using CachedTexts cached = new(model, [text], _ => prefix.Count);
        cached.FeedAll(5, 1);
        Close.Assert(expected, cached.Logits[0], Tolerance, "logits");
    }

    [Theory]
    [MemberData(nameof(Host))]
    public void A_text_goes_on_in_another_way_after_truncation(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        int[] text = Text(7, 0), other = [.. text[..4], .. Text(3, 9)];
        using CachedTexts cached = new(model, [text]);
        cached.FeedAll(7);
        cached.Caches[0].Truncate(4);
        float[] logits = model.Logits(new TokenIds(other.AsSpan(4), [3], [4]).Continuing(cached.Caches[0]));
        Close.Assert(model.Logits(new TokenIds(other, [7])).AsSpan(4 * model.Head.VocabularySize), logits, Tolerance, "logits after truncation");
        Assert.Equal(7, cached.Caches[0].Count);
    }

    [Theory]
    [MemberData(nameof(Host))]
    public void A_text_goes_on_in_two_ways_after_a_fork(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        int[] text = Text(4, 0), one = [.. text, .. Text(3, 5)], other = [.. text, .. Text(2, 9)];
        using CachedTexts cached = new(model, [text]);
        cached.FeedAll(4);
        using KeyValueCache fork = cached.Caches[0].Fork();
        float[] logits = model.Logits(new TokenIds([.. one[4..], .. other[4..]], [3, 2], [4, 4]).Continuing(cached.Caches[0], fork));
        int vocabulary = model.Head.VocabularySize;
        float[][] expected = WholeLogits(model, [one, other]);
        Close.Assert(expected[0].AsSpan(4 * vocabulary), logits.AsSpan(0, 3 * vocabulary), Tolerance, "logits of the cache");
        Close.Assert(expected[1].AsSpan(4 * vocabulary), logits.AsSpan(3 * vocabulary), Tolerance, "logits of the fork");
        Assert.Equal((7, 6), (cached.Caches[0].Count, fork.Count));
    }

    /// <summary>A run fails in the attention of each layer in turn, after those before it have written to the caches.</summary>
    [Theory]
    [InlineData("cpu")]
    [Trait("Device", "cpu")]
    public void A_run_that_fails_half_way_leaves_the_caches_as_they_were(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using (LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense))
        {
            int[] text = Text(3 + (2 * model.Blocks.Count), 0);
            float[] expected = model.Logits(new TokenIds(text, [text.Length]));
            using CachedTexts cached = new(model, [text]);
            cached.Feed([3]);
            for (int layer = 0; layer < model.Blocks.Count; layer++)
            {
                int fails = layer;
                GivenPrefixes failing = new(site => site == fails ? throw new BlownFuseException() : []);
                UseIn(model, failing);
                int first = cached.Caches[0].Count;
                Assert.Throws<BlownFuseException>(() => model.Logits(new TokenIds(Text(4, 20), [4], [first]).Continuing(cached.Caches[0])));
                Assert.Equal(fails + 1, failing.Asked.Count);
                UseIn(model, null);
                Assert.Equal(first, cached.Caches[0].Count);
                cached.Feed([2]);
            }

            Close.Assert(expected, cached.Logits[0], Tolerance, "logits");
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void What_does_not_continue_a_cache_refuses_it_before_anything_is_computed()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = Load(device);
        using AdamW optimizer = new(1e-3f);
        using KeyValueCache cache = new(device);
        TokenIds tokens = new TokenIds(Text(5, 0), [2, 3]).Continuing(null, cache);
        using SequenceContext context = model.CreateContext(tokens);
        long held = device.HeldBytes;
        AssertRefuses("Sequence 1 continues a cache of keys and values. No gradient reaches", () => model.ForwardBackward(tokens, tokens.Ids));
        AssertRefuses("No gradient reaches", () => new Trainer(model, optimizer).Step(
            [new TrainingBatch(tokens, tokens.Ids)], TestContext.Current.CancellationToken));
        AssertRefuses("Logits runs it", () => model.Loss(tokens, tokens.Ids));
        AssertRefuses("Logits runs it", () => model.Evaluate(tokens, context));
        AssertRefuses("No gradient reaches", () => model.ForwardSaving(tokens, context, out _));
        AssertRefuses("No gradient reaches", () => model.ForwardSaving(tokens, context, (IAdapterWeights?)null, out _));
        Assert.Equal(held, device.HeldBytes);
        using (TensorScope scope = new())
            AssertRefuses("no part of a run", () => model.Forward(tokens, context));
        Assert.Equal(0, cache.Count);
        Assert.NotEmpty(model.Logits(tokens));
        Assert.Equal(3, cache.Count);
        AssertRefuses("Sequence 1 starts at position 0, but its cache goes on at position 3", () => model.Logits(tokens));
    }

    private static void AssertRefuses(string named, Action refused) =>
        Assert.Contains(named, Assert.Throws<InvalidOperationException>(refused).Message, StringComparison.Ordinal);

    private static void UseIn(LlamaModel model, IAdapterWeights? weights)
    {
        foreach (Module module in model.SelfAndDescendants)
            module.AdapterWeights = weights;
    }

    private static LlamaModel Load(ComputeDevice device)
    {
        LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter"));
        return model;
    }

    private static int[][] Texts(SafetensorsFile file)
    {
        int length = (int)file.GetEntry("input_ids").Shape[1];
        return [.. file.ReadInt64("input_ids").Select(id => (int)id).Chunk(length)];
    }

    private static int[] Text(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => (((i + (seed * 101)) * 37) + 11) % 320)];

    private static RowRange RowsOf(Sequence sequence) => new(sequence.FirstRow, sequence.Rows);

    /// <summary>Feeds texts in steps, beside a sequence without cache, and checks their logits.</summary>
    private static void CheckPieces(LanguageModel model, ComputeDevice device, bool isPadded, int[][] steps)
    {
        int[][] texts = [.. Enumerable.Range(0, steps[0].Length).Select(i => Text(steps.Sum(step => step[i]), i))];
        int[] beside = Text(4, 17);
        float[][] expected = WholeLogits(model, [beside, .. texts]);
        using CachedTexts cached = new(model, texts) { Padding = isPadded ? 2 : null, Beside = beside };
        foreach (int[] step in steps)
        {
            cached.Feed(step);
            Close.Assert(expected[0], cached.BesideLogits, Tolerance, "logits of the sequence without cache");
        }

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(texts[i].Length, cached.Caches[i].Count);
            Close.Assert(expected[1 + i], cached.Logits[i], Tolerance, $"logits of sequence {i}");
        }
    }

    /// <summary>The logits of each text, which a batch without caches gives.</summary>
    private static float[][] WholeLogits(LanguageModel model, int[][] texts)
    {
        TokenIds tokens = new([.. texts.SelectMany(text => text)], [.. texts.Select(text => text.Length)]);
        float[] logits = model.Logits(tokens);
        int vocabulary = model.Head.VocabularySize;
        return [.. tokens.Sequences.ToArray().Select(own => logits[(own.FirstRow * vocabulary)..(own.EndRow * vocabulary)])];
    }

    /// <summary>Texts of which pieces are fed to a model, and the logits so far.</summary>
    private sealed class CachedTexts : IDisposable
    {
        private readonly LanguageModel _model;
        private readonly int[][] _texts;
        private readonly List<float>[] _logits;

        /// <param name="model">The model.</param>
        /// <param name="texts">The texts.</param>
        /// <param name="firstPosition">Where each text starts; null for 0.</param>
        public CachedTexts(LanguageModel model, int[][] texts, Func<int, int>? firstPosition = null)
        {
            (_model, _texts) = (model, texts);
            _logits = [.. texts.Select(_ => new List<float>())];
            Caches = [.. texts.Select((_, i) => new KeyValueCache(model.Device, firstPosition?.Invoke(i) ?? 0))];
        }

        public KeyValueCache[] Caches { get; }

        /// <summary>How many rows of padding the longest sequence of a batch has; null for batches without padding, packed.</summary>
        public int? Padding { get; init; }

        /// <summary>A sequence that every batch begins with, without cache; empty for none.</summary>
        public int[] Beside { get; init; } = [];

        /// <summary>The adapter of a batch, whose sequences have the numbers given; null for the one in use.</summary>
        public Func<TokenIds, int[], IAdapterWeights>? Weights { get; init; }

        public float[][] Logits => [.. _logits.Select(logits => logits.ToArray())];

        public float[] BesideLogits { get; private set; } = [];

        /// <summary>Feeds all texts to their ends, in pieces of as many tokens as is said, the last number over and over.</summary>
        public void FeedAll(params int[] pieces)
        {
            for (int step = 0; _texts.Zip(Caches).Any(pair => pair.Second.Count < pair.First.Length); step++)
                Feed([.. _texts.Select((text, i) => Math.Min(pieces[Math.Min(step, pieces.Length - 1)], text.Length - Caches[i].Count))]);
        }

        /// <summary>Feeds a piece of each text, of so many tokens; none of a text leaves it out of the batch.</summary>
        public void Feed(int[] counts)
        {
            int[] numbers = [.. Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0)];
            int[][] pieces = [.. numbers.Select(i => _texts[i][Caches[i].Count..(Caches[i].Count + counts[i])])];
            int[] positions = [.. numbers.Select(i => Caches[i].NextPosition)];
            KeyValueCache?[] caches = [.. numbers.Select(i => Caches[i])];
            if (Beside.Length > 0)
                (pieces, positions, caches) = ([Beside, .. pieces], [0, .. positions], [null, .. caches]);
            TokenIds tokens = Batch(pieces, positions).Continuing(caches);
            float[] logits = Run(tokens, numbers);
            int vocabulary = _model.Head.VocabularySize, first = caches.Length - numbers.Length;
            if (first > 0)
                BesideLogits = logits[..(Beside.Length * vocabulary)];
            foreach ((int place, int number) in numbers.Index())
            {
                Sequence sequence = tokens.Sequences[first + place];
                _logits[number].AddRange(logits.AsSpan(sequence.FirstRow * vocabulary, sequence.Length * vocabulary));
            }
        }

        public void Dispose()
        {
            foreach (KeyValueCache cache in Caches)
                cache.Dispose();
        }

        private TokenIds Batch(int[][] pieces, int[] positions)
        {
            int[] lengths = [.. pieces.Select(piece => piece.Length)];
            if (Padding is not { } padding)
                return new TokenIds([.. pieces.SelectMany(piece => piece)], lengths, positions);
            int rows = lengths.Max() + padding;
            int[] ids = [.. pieces.SelectMany(piece => piece.Concat(Enumerable.Repeat(PaddingToken, rows - piece.Length)))];
            return new TokenIds(pieces.Length, rows, ids, lengths, positions);
        }

        private float[] Run(TokenIds tokens, int[] numbers)
        {
            if (Weights is null)
                return _model.Logits(tokens);
            using TensorScope scope = new();
            using SequenceContext context = _model.CreateContext(tokens);
            CacheRun run = CacheRun.Of(context)!;
            float[] logits = _model.Head.Logits(_model.Evaluate(tokens, context, new Pass(Weights(tokens, numbers), run))).ToArray();
            run.Complete();
            return logits;
        }
    }
}
