using System.Globalization;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>A batch whose rows use different adapters, or none, computes what separate runs do.</summary>
public sealed class MixedAdaptersTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Sequences_of_a_model_have_their_own_adapters(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
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

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void A_sequence_with_two_adapters_has_the_sum_of_their_terms(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        LowRankAdapter whole = Trained(model.Adapter, 1);
        LowRankAdapter first = Copied(model, whole, 0.25f), second = Copied(model, whole, 0.75f);
        const int Length = 5, Sequences = 3;
        TokenIds all = new(Sequences, Length, [.. Enumerable.Range(0, Sequences * Length).Select(i => ((i * 5) + 1) % model.Head.VocabularySize)]);
        RowRange[] blended = [new(0, Length), new(2 * Length, Length)];
        float[] seed = Random(6, Sequences * Length * model.Blocks[0].Attention.Query.InFeatures);

        float[] expected = Run(model, all, new MixedAdapters([(whole, blended)]), seed);
        float[] mixed = Run(model, all, new MixedAdapters([(first, blended), (second, blended)]), seed);
        Close.Assert(expected, mixed, Tolerance, "hidden states");
        foreach ((Parameter parameter, Parameter of) in All(first).Zip(All(whole)).Concat(All(second).Zip(All(whole))))
        {
            // A's gradient goes with B, of which each has a part; B's gradient goes with A, which is the whole's.
            float share = !parameter.Name.Contains("lora_A", StringComparison.Ordinal) ? 1 : All(first).Contains(parameter) ? 0.25f : 0.75f;
            Close.Assert([.. of.Gradient!.ToArray().Select(value => value * share)], parameter.Gradient!.ToArray(), 1e-4, $"gradient of '{parameter.Name}'");
        }
    }

    [Fact]
    public void A_layers_terms_are_prepared_once_and_again_when_its_factors_change()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        LowRankAdapter adapter = Trained(model.Adapter, 1);
        MixedAdapters mixed = new([(adapter, [new(0, 2)])]);
        Linear layer = model.Blocks[0].Attention.Query;
        LowRankTerms terms = mixed.TermsOf(layer);
        Assert.Same(terms, mixed.TermsOf(layer));
        adapter.Initialize(2);
        Assert.Equal([adapter.FactorsOf(layer)!], mixed.TermsOf(layer).Factors);
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Each_adapter_has_its_own_trained_copies_on_its_rows(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
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

    /// <summary>An adapter with another's factors, B times a number.</summary>
    private static LowRankAdapter Copied(LlamaModel model, LowRankAdapter source, float part)
    {
        LowRankAdapter adapter = new(model, string.Create(CultureInfo.InvariantCulture, $"{part} of it"));
        adapter.Initialize();
        foreach (Linear layer in adapter.Layers)
        {
            adapter.FactorsOf(layer)!.A.Value.CopyFrom(source.FactorsOf(layer)!.A.Value.ToArray());
            adapter.FactorsOf(layer)!.B.Value.CopyFrom([.. source.FactorsOf(layer)!.B.Value.ToArray().Select(value => value * part)]);
        }

        return adapter;
    }

    private static IEnumerable<Parameter> All(LowRankAdapter adapter) =>
        adapter.Layers.Select(adapter.FactorsOf).SelectMany(factors => (Parameter[])[factors!.A, factors.B]);

    private static float[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)];
    }
}
