using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A small Llama with virtual tokens at the sites of its attentions, against what transformers and PEFT compute for it.</summary>
public sealed class PrefixTuningTests : IDisposable
{
    private const double Tolerance = 5e-4;

    private readonly SafetensorsFile _base = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "base_expected.safetensors"));

    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    public static IEnumerable<TheoryDataRow<string, bool>> Recomputations => TestDevices.With(TestDevices.Fast, (bool[])[false, true]);

    private int Sequences => (int)_base.GetEntry("input_ids").Shape[0];

    private int Length => (int)_base.GetEntry("input_ids").Shape[1];

    private int[] Ids => [.. _base.ReadInt64("input_ids").Select(id => (int)id)];

    private int[] Labels => [.. _base.ReadInt64("labels").Select(label => (int)label)];

    public void Dispose() => _base.Dispose();

    [Theory]
    [MemberData(nameof(Devices))]
    public void Logits_are_the_references(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        using PrefixCase prefix = new(device, model.Blocks.Count);

        // ILGPU's CPU accelerator is slow: one sequence is enough there.
        int sequences = identifier == "debug" ? 1 : Sequences;
        float[] logits = Logits(model, Tokens(sequences, prefix.Count), new Pass(prefix.On()));
        Close.Assert(prefix.Logits.AsSpan(0, logits.Length), logits, Tolerance, "logits");
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void A_batch_may_hold_sequences_with_the_tokens_and_without(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        using PrefixCase prefix = new(device, model.Blocks.Count);
        bool[] has = [.. Enumerable.Range(0, Sequences).Select(sequence => sequence % 2 == 0)];
        TokenIds tokens = new(Sequences, Length, Ids, default, has.Select(own => own ? prefix.Count : 0).ToArray());
        RowRange[] rows = [.. Enumerable.Range(0, Sequences).Where(sequence => has[sequence]).Select(sequence => new RowRange(sequence * Length, Length))];
        float[] logits = Logits(model, tokens, new Pass(prefix.On(rows))), with = prefix.Logits, without = _base.ReadFloat32("logits");
        int each = logits.Length / Sequences;
        for (int i = 0; i < Sequences; i++)
            Close.Assert((has[i] ? with : without).AsSpan(i * each, each), logits.AsSpan(i * each, each), Tolerance, $"logits of sequence {i}");
    }

    [Theory]
    [MemberData(nameof(Recomputations))]
    public void Loss_and_gradients_are_the_references(string identifier, bool recomputes)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        foreach (Module module in model.Blocks)
            module.RecomputesForward = recomputes;
        using PrefixCase prefix = new(device, model.Blocks.Count);
        Close.Assert([prefix.Loss], [(float)Learn(model, Tokens(Sequences, prefix.Count), Labels, new Pass(prefix.On()))], Tolerance, "loss");
        Parameter[] parameters = [.. prefix.Parameters];
        Assert.NotEmpty(parameters);
        for (int part = 0; part < parameters.Length; part++)
            Close.Assert(prefix.Gradient(part), parameters[part].Gradient!.ToArray(), Tolerance, $"gradient of part {part}");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [Trait("Device", "cpu")]
    public void However_sequences_are_spread_over_batches_the_gradients_bits_are_those_of_one_batch(int size, bool recomputes)
    {
        using CpuDevice device = new(threads: 2);
        using LlamaModel model = Load(device);
        using PrefixCase prefix = new(device, model.Blocks.Count);
        float[][] whole = Gradients(Sequences, recomputes: false);
        Assert.NotEmpty(whole);
        Assert.Equal(whole, Gradients(size, recomputes));

        float[][] Gradients(int size, bool recomputes)
        {
            foreach (Module module in model.Blocks)
                module.RecomputesForward = recomputes;
            List<Parameter> ready = [];
            void Note(object? sender, EventArgs e) => ready.Add((Parameter)sender!);
            foreach (Parameter parameter in prefix.Parameters)
            {
                GradientSum.Start(parameter, new SequenceShare(0, Sequences, Sequences));
                parameter.GradientReady += Note;
            }

            int passes = 0;
            for (int first = 0; first < Sequences; first += size, passes++)
            {
                int count = Math.Min(size, Sequences - first), rows = count * Length;
                TokenIds tokens = new(count, Length, Ids.AsSpan(first * Length, rows), default, Enumerable.Repeat(prefix.Count, count).ToArray());
                PassSequence[] learned = [.. Enumerable.Range(0, count).Select(i => new PassSequence(i * Length, Length, i, first + i))];
                Pass pass = new(prefix.On(), new PassSequences(learned, rows, count));
                Learn(model, tokens, Labels.AsSpan(first * Length, rows), pass, gradientFactor: 0.01f);
            }

            foreach (Parameter parameter in prefix.Parameters)
            {
                Assert.Single(parameter.PartialGradients!.Complete());
                parameter.GradientReady -= Note;
                Assert.Equal(passes, ready.Count(other => other == parameter));
            }

            return [.. prefix.Parameters.Select(parameter => parameter.Gradient!.ToArray())];
        }
    }

    private static LlamaModel Load(ComputeDevice device) => LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);

    private static float[] Logits(LlamaModel model, TokenIds tokens, Pass pass)
    {
        using TensorScope scope = new();
        using SequenceContext context = model.CreateContext(tokens);
        return model.Head.Logits(model.Evaluate(tokens, context, pass)).ToArray();
    }

    /// <summary>The mean loss; the gradients are added to those of what trains.</summary>
    private static double Learn(LlamaModel model, TokenIds tokens, ReadOnlySpan<int> labels, Pass pass, float gradientFactor = 0)
    {
        using SequenceContext context = model.CreateContext(tokens);
        using Tensor hidden = model.ForwardSaving(tokens, context, pass, out ForwardRecord? record);
        LossSum loss = model.Head.LossSaving(hidden, labels, context.Sequences, gradientFactor, out Tensor? gradient);
        pass.BeginBackward();
        model.Backward(gradient!, record!);
        record!.Release();
        gradient!.Release();
        pass.Complete();
        return loss.Mean;
    }

    private TokenIds Tokens(int sequences, int first) =>
        new(sequences, Length, Ids.AsSpan(0, sequences * Length), default, Enumerable.Repeat(first, sequences).ToArray());
}
