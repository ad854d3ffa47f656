using AdapterToolkit.Adapters;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Llama;
using Xunit;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>A batch whose rows use different adapters, or none, computes what separate runs do.</summary>
public sealed class MixedAdaptersTests
{
    private const int Rank = 4;
    private const int In = 10;
    private const int Out = 7;
    private const double Tolerance = 1e-5;

    /// <summary>Rows 0 and 1, 5 to 8 of 11: the others have the second adapter, or none.</summary>
    private static readonly RowRange[] s_first = [new(0, 2), new(5, 4)];
    private static readonly RowRange[] s_second = [new(2, 3), new(10, 1)];
    private static readonly RowRange[] s_none = [new(9, 1)];
    private const int Rows = 11;

    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    [Theory]
    [MemberData(nameof(Devices))]
    public void Rows_of_a_layer_have_their_own_adapters(string identifier)
    {
        using Device device = TestDevices.Open(identifier);
        Linear layer = ProductLayer.Create(Rank, In, Out, bias: false);
        layer.Weight.Load(device, Random(1, In * Out));
        LowRankFactors first = Factors(device, layer, 2), second = Factors(device, layer, 3);
        float[] x = Random(4, Rows * In), dy = Random(5, Rows * Out);

        LayerRun mixed = Run(layer, LowRankTerms.Of([new LowRankTerm(first, s_first), new LowRankTerm(second, s_second)]), x, dy, Rows);
        (float[] A, float[] B) firstGradients = Gradients(first), secondGradients = Gradients(second);

        foreach ((LowRankFactors? factors, RowRange[] ranges) in ((LowRankFactors?, RowRange[])[])[(first, s_first), (second, s_second), (null, s_none)])
        {
            Clear(factors);
            foreach (RowRange range in ranges)
            {
                LowRankTerms terms = factors is null ? LowRankTerms.None : LowRankTerms.Of(factors);
                LayerRun alone = Run(layer, terms, Slice(x, range, In), Slice(dy, range, Out), range.Count);
                Close.Assert(alone.Y, Slice(mixed.Y, range, Out), Tolerance, $"y of {range}");
                Close.Assert(alone.Dx, Slice(mixed.Dx, range, In), Tolerance, $"dx of {range}");
            }
        }

        Close.Assert(Gradients(first).A, firstGradients.A, Tolerance, "dA of the first");
        Close.Assert(Gradients(first).B, firstGradients.B, Tolerance, "dB of the first");
        Close.Assert(Gradients(second).A, secondGradients.A, Tolerance, "dA of the second");
        Close.Assert(Gradients(second).B, secondGradients.B, Tolerance, "dB of the second");
        first.Dispose();
        second.Dispose();
        layer.Weight.Dispose();
        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Sequences_of_a_model_have_their_own_adapters(string identifier)
    {
        using Device device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        LowRankAdapter first = Trained(model.Adapter, 1), second = Trained(new LowRankAdapter(model, "second"), 2);
        const int Length = 6, Sequences = 4;
        int[] ids = [.. Enumerable.Range(0, Sequences * Length).Select(i => ((i * 7) + 3) % model.Head.VocabularySize)];
        TokenIds all = new(Sequences, Length, ids);
        RowRange[] firstRows = [new(0, Length), new(2 * Length, Length)], secondRows = [new(Length, Length)];
        float[] seed = Random(6, Sequences * Length * model.Blocks[0].Attention.Query.InFeatures);

        float[] mixed = Run(model, all, new MixedAdapters([(first, firstRows), (second, secondRows)]), seed);
        float[][] gradients = [.. All(first).Concat(All(second)).Select(parameter => parameter.Gradient!.ToArray())];
        foreach (Parameter parameter in All(first).Concat(All(second)))
            parameter.ClearGradient();

        IAdapterWeights?[] adapters = [first, second, first, null];
        int hidden = mixed.Length / Sequences;
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            TokenIds own = new(1, Length, ids.AsSpan(sequence * Length, Length));
            float[] alone = Run(model, own, adapters[sequence], seed.AsSpan(sequence * hidden, hidden).ToArray());
            Close.Assert(alone, mixed.AsSpan(sequence * hidden, hidden).ToArray(), Tolerance, $"sequence {sequence}");
        }

        foreach ((Parameter parameter, float[] gradient) in All(first).Concat(All(second)).Zip(gradients))
            Close.Assert(parameter.Gradient!.ToArray(), gradient, 1e-4, $"gradient of '{parameter.Name}'");
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void In_a_training_each_adapter_has_the_gradients_of_its_own_sequences_to_the_bit()
    {
        using CpuDevice device = new(threads: 1);
        using TrainedNormLlama model = TrainedNormLlama.Load(Fixtures.PathOf("llama-tiny", "base"), device);
        LowRankAdapter first = Trained(model.Adapter, 1), second = Trained(new LowRankAdapter(model, "second"), 2);
        const int Length = 20, Sequences = 4;
        TokenIds tokens = new(Sequences, Length, [.. Enumerable.Range(0, Sequences * Length).Select(i => ((i * 7) + 3) % model.Head.VocabularySize)]);
        using MixedAdapters mixed = new([(first, [new(0, Length), new(2 * Length, 2 * Length)]), (second, [new(Length, Length)])]);

        GradientsOf(mixed, _ => true, first, second);
        float[][] ofFirst = Gradients(first), ofSecond = Gradients(second);
        GradientsOf(first, sequence => sequence != 1, first);
        Assert.Equal(Gradients(first), ofFirst);
        GradientsOf(second, sequence => sequence == 1, second);
        Assert.Equal(Gradients(second), ofSecond);

        float[][] Gradients(LowRankAdapter adapter) => [.. Parameters(adapter).Select(parameter => parameter.Gradient!.ToArray())];

        IEnumerable<Parameter> Parameters(LowRankAdapter adapter) => All(adapter).Concat(model.TrainableWeights.Select(weight => adapter.Of(weight).Copy!));

        void GradientsOf(IAdapterWeights weights, Func<int, bool> isLearned, params LowRankAdapter[] adapters)
        {
            foreach (Parameter parameter in adapters.SelectMany(Parameters))
                GradientSum.Start(parameter, new SequenceShare(0, Sequences, Sequences));
            using SequenceContext context = model.CreateContext(tokens);
            using TrainingRun run = new(weights, [.. Enumerable.Range(0, Sequences).Select(i => new Example(i * Length, Length, isLearned(i) ? 1 : 0))]);
            using Tensor hidden = model.ForwardSaving(tokens, context, run, out ForwardRecord? record);
            float[] seeds = [.. Random(6, hidden.Shape.Elements).Select((number, i) => isLearned(i / (Length * hidden.Columns)) ? number : 0)];
            using Tensor gradient = Tensor.From(device, hidden.Shape, seeds);
            run.BeginBackward();
            model.Backward(gradient, record!);
            record!.Release();
            run.Complete();
            foreach (Parameter parameter in adapters.SelectMany(Parameters))
                Assert.Single(parameter.PartialGradients!.Complete());
        }
    }

    [Fact]
    public void Two_terms_on_one_row_and_rows_that_are_not_there_are_refused()
    {
        using CpuDevice device = new(threads: 1);
        Linear layer = ProductLayer.Create(Rank, In, Out, bias: false);
        using LowRankFactors factors = Factors(device, layer, 2);
        ArgumentException twice = Assert.Throws<ArgumentException>(() =>
            LowRankTerms.Of([new LowRankTerm(factors, [new(0, 3)]), new LowRankTerm(factors, [new(2, 1)])]));
        Assert.Contains("row 2", twice.Message, StringComparison.Ordinal);
        LowRankTerms beyond = LowRankTerms.Of([new LowRankTerm(factors, [new(3, 2)])]);
        Assert.Contains("3 to 4", Assert.Throws<ArgumentException>(() => beyond.Runs(4).ToArray()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Each_adapter_has_its_own_trained_copies_on_its_rows(string identifier)
    {
        using Device device = TestDevices.Open(identifier);
        using TrainedNormLlama model = TrainedNormLlama.Load(Fixtures.PathOf("llama-tiny", "base"), device);
        LowRankAdapter first = Trained(model.Adapter, 1), second = Trained(new LowRankAdapter(model, "second"), 2);
        foreach ((LowRankAdapter adapter, int seed) in ((LowRankAdapter, int)[])[(first, 7), (second, 8)])
        {
            foreach (Tensor copy in Copies(adapter).Select(copy => copy.Value))
                copy.CopyFrom([.. Random(seed, copy.Shape.Elements).Select(number => 1 + number)]);
        }

        const int Length = 6, Sequences = 4;
        int[] ids = [.. Enumerable.Range(0, Sequences * Length).Select(i => ((i * 7) + 3) % model.Head.VocabularySize)];
        RowRange[] firstRows = [new(0, Length), new(2 * Length, Length)], secondRows = [new(Length, Length)];
        float[] seeds = Random(6, Sequences * Length * model.Config.HiddenSize);

        float[] mixed = Run(model, new TokenIds(Sequences, Length, ids), new MixedAdapters([(first, firstRows), (second, secondRows)]), seeds);
        float[][] gradients = [.. Copies(first).Concat(Copies(second)).Select(copy => copy.Gradient!.ToArray())];
        foreach (Parameter copy in Copies(first).Concat(Copies(second)))
            copy.ClearGradient();

        IAdapterWeights?[] adapters = [first, second, first, null];
        int hidden = mixed.Length / Sequences;
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            TokenIds own = new(1, Length, ids.AsSpan(sequence * Length, Length));
            float[] alone = Run(model, own, adapters[sequence], seeds.AsSpan(sequence * hidden, hidden).ToArray());
            Close.Assert(alone, mixed.AsSpan(sequence * hidden, hidden).ToArray(), Tolerance, $"sequence {sequence}");
        }

        Assert.Equal(2 * model.TrainableWeights.Count(), gradients.Length);
        foreach ((Parameter copy, float[] gradient) in Copies(first).Concat(Copies(second)).Zip(gradients))
            Close.Assert(copy.Gradient!.ToArray(), gradient, 1e-4, $"gradient of '{copy.Name}'");

        Parameter[] Copies(LowRankAdapter adapter) => [.. model.TrainableWeights.Select(weight => adapter.Of(weight).Copy!)];
    }

    private sealed record LayerRun(float[] Y, float[] Dx);

    private static LayerRun Run(Linear layer, LowRankTerms terms, float[] x, float[] dy, int rows)
    {
        Device device = layer.Weight.Device;
        using Tensor input = Tensor.From(device, new Shape(rows, In), x), gradient = Tensor.From(device, new Shape(rows, Out), dy);
        using Tensor y = layer.ForwardSaving(input, xActive: true, new Pass(new GivenTerms(terms)), out ForwardRecord? record);
        layer.Backward(gradient, record!, out Tensor? dx);
        record!.Release();
        LayerRun run = new(y.ToArray(), dx!.ToArray());
        dx.Release();
        return run;
    }

    private static float[] Run(LanguageModel model, TokenIds tokens, IAdapterWeights? adapter, float[] gradient)
    {
        using SequenceContext context = model.CreateContext(tokens);
        using Tensor hidden = model.ForwardSaving(tokens, context, adapter, out ForwardRecord? record);
        if (record is not null)
        {
            using Tensor seed = Tensor.From(model.Device, hidden.Shape, gradient);
            model.Backward(seed, record);
            record.Release();
        }

        return hidden.ToArray();
    }

    private static LowRankAdapter Trained(LowRankAdapter adapter, int seed)
    {
        adapter.Initialize(seed);
        foreach (Linear layer in adapter.Layers)
        {
            Tensor b = adapter.FactorsOf(layer)!.B.Value;
            b.CopyFrom(Random(seed, b.Shape.Elements));
        }

        return adapter;
    }

    private static IEnumerable<Parameter> All(LowRankAdapter adapter) =>
        adapter.Layers.Select(adapter.FactorsOf).SelectMany(factors => (Parameter[])[factors!.A, factors.B]);

    private static LowRankFactors Factors(Device device, Linear layer, int seed) =>
        new(device, "layer", layer.LowRank!, Rank, 2 * Rank, rankStabilized: false, Random(seed, Rank * In), Random(seed + 100, Out * Rank));

    private static (float[] A, float[] B) Gradients(LowRankFactors factors) => (factors.A.Gradient!.ToArray(), factors.B.Gradient!.ToArray());

    private static void Clear(LowRankFactors? factors)
    {
        factors?.A.ClearGradient();
        factors?.B.ClearGradient();
    }

    private static float[] Slice(float[] rows, RowRange range, int columns) => rows[(range.First * columns)..(range.End * columns)];

    private static float[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)];
    }

    /// <summary>Terms that are given.</summary>
    private sealed class GivenTerms(LowRankTerms terms) : IAdapterWeights
    {
        public LowRankTerms TermsOf(IAdapted layer) => terms;

        public TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => TrainedCopies.None;

        public void Dispose()
        {
        }
    }
}
