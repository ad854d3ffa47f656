using System.Globalization;
using System.Text.Json.Nodes;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Generation;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A small Llama with random weights, against what transformers and PEFT compute for it.</summary>
public class LlamaTinyTests
{
    private const double ModelTolerance = 5e-4;
    private const double TrainingTolerance = 2e-3;

    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    public static IEnumerable<TheoryDataRow<string, string>> Adapters => TestDevices.With(
        TestDevices.Fast,
        Directory.GetDirectories(Fixtures.PathOf("llama-tiny"), "lora_*").Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    public static IEnumerable<TheoryDataRow<string, string>> QuantizedAdapters => TestDevices.With(
        TestDevices.All,
        Directory.GetDirectories(Fixtures.PathOf("llama-tiny"), "qlora_*").Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_base_gives_the_references_logits_and_loss(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        Batch batch = Batch.Read();

        // ILGPU's CPU accelerator is slow: one sequence is enough there.
        int sequences = identifier == "debug" ? 1 : batch.Sequences;
        float[] logits = model.Logits(new TokenIds(sequences, batch.Length, batch.Ids.AsSpan(0, sequences * batch.Length)));
        Close.Assert(batch.Logits.AsSpan(0, logits.Length), logits, ModelTolerance, "logits");
        if (sequences < batch.Sequences)
            return;
        LossSum loss = model.Loss(batch.Tokens, batch.Labels);
        Close.Assert([batch.Loss], [(float)loss.Mean], ModelTolerance, "loss");
    }

    /// <summary>The loss is that of transformers with the scaling of <c>rope_scaling</c>.</summary>
    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void Rope_scaling_counts_where_rope_parameters_are_there_too(string identifier)
    {
        using TemporaryFolder both = new(), old = new();
        string text = File.ReadAllText(Fixtures.OwnPathOf("cases", "02-rope-scaling-beside-rope-parameters", LlamaConfig.FileName));
        JsonNode oldSpelling = JsonNode.Parse(text)!;
        Assert.True(oldSpelling.AsObject().Remove("rope_parameters"));
        File.WriteAllText(both[LlamaConfig.FileName], text);
        File.WriteAllText(old[LlamaConfig.FileName], oldSpelling.ToJsonString());

        double unscaled = LossOf(Fixtures.OwnPathOf("llama-tiny", "base"), identifier);
        double scaled = LossOf(WithWeights(old), identifier);

        Assert.Equal(scaled, LossOf(WithWeights(both), identifier));
        Assert.NotInRange(scaled, unscaled - 1e-3, unscaled + 1e-3);

        static string WithWeights(TemporaryFolder folder)
        {
            File.Copy(Fixtures.OwnPathOf("llama-tiny", "base", Checkpoint.SingleFileName), folder[Checkpoint.SingleFileName]);
            return folder.Path;
        }

        static double LossOf(string folder, string identifier)
        {
            using ComputeDevice device = TestDevices.Open(identifier);
            using LlamaModel model = LlamaModel.Load(folder, device, WeightStorage.Dense);
            int[] ids = [.. Enumerable.Range(0, 60).Select(i => ((i * 37) + 11) % 320)];
            return model.Loss(new TokenIds(1, ids.Length, ids), ids).Mean;
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void The_scaling_beside_rope_parameters_gives_the_references_loss(string identifier)
    {
        using TemporaryFolder folder = new();
        File.Copy(Fixtures.OwnPathOf("llama-tiny", "base", Checkpoint.SingleFileName), folder[Checkpoint.SingleFileName]);
        File.Copy(Fixtures.OwnPathOf("cases", "02-rope-scaling-beside-rope-parameters", LlamaConfig.FileName), folder[LlamaConfig.FileName]);
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(folder.Path, device, WeightStorage.Dense);
        int[] ids = [.. Enumerable.Range(0, 100).Select(i => ((i * 37) + 11) % 320)];
        Assert.InRange(model.Loss(new TokenIds(1, ids.Length, ids), ids).Mean, 5.926263223994862 - 1e-6, 5.926263223994862 + 1e-6);
    }

    [Theory]
    [MemberData(nameof(TestDevices.Fast), MemberType = typeof(TestDevices))]
    public void The_base_continues_greedily_as_the_reference_does(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "base_expected.safetensors"));
        int[] greedy = [.. expected.ReadInt64("greedy").Select(id => (int)id)];
        int[] prompt = PromptOf(greedy, Batch.Read());
        Assert.NotEmpty(prompt);
        Assert.Equal(greedy[prompt.Length..], model.Generate(prompt, greedy.Length - prompt.Length, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_gives_the_references_logits_gradients_and_training(string identifier, string name)
    {
        string folder = Fixtures.PathOf("llama-tiny", name);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        model.Adapter.Load(Path.Combine(folder, "adapter"));
        Batch batch = Batch.Read();

        Close.Assert(expected.ReadFloat32("logits"), model.Logits(batch.Tokens), ModelTolerance, "logits");
        CheckGradients(model, batch, expected);
        foreach (Parameter parameter in model.TrainableParameters)
            parameter.ClearGradient();
        float[] losses = Train(model, batch, expected.Metadata);
        Close.Assert(expected.ReadFloat32("training_losses"), losses, TrainingTolerance, "training losses");
        foreach (Linear layer in model.Adapter.Layers)
        {
            Close.Assert(expected.ReadFloat32($"after.{layer.CheckpointPath}.lora_A.weight"),
                layer.Factors!.SavedA(), TrainingTolerance, $"A of {layer.CheckpointPath} after training");
            Close.Assert(expected.ReadFloat32($"after.{layer.CheckpointPath}.lora_B.weight"),
                layer.Factors!.SavedB(), TrainingTolerance, $"B of {layer.CheckpointPath} after training");
        }

        Close.Assert(expected.ReadFloat32("logits_after"), model.Logits(batch.Tokens), TrainingTolerance, "logits after training");
        model.Merge();
        Assert.Equal(0, model.Adapter.Bytes);
        using SafetensorsFile merged = SafetensorsFile.Open(Path.Combine(folder, "merged_after.safetensors"));
        foreach (Linear layer in model.LinearLayers.Where(layer => merged.Contains($"{layer.CheckpointPath}.weight")))
            Close.Assert(merged.ReadFloat32($"{layer.CheckpointPath}.weight"), layer.Weight.ToArray(),
                TrainingTolerance, $"merged weight of {layer.CheckpointPath}");
        Close.Assert(expected.ReadFloat32("logits_after"), model.Logits(batch.Tokens), TrainingTolerance, "logits after the merge");
    }

    [Theory]
    [MemberData(nameof(QuantizedAdapters))]
    public void An_adapter_on_a_quantized_base_gives_the_references_logits_and_gradients(string identifier, string name)
    {
        string folder = Fixtures.PathOf("llama-tiny", name);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device);
        WeightFormat format = WeightFormat.NF4(int.Parse(expected.Metadata["blocksize"], CultureInfo.InvariantCulture),
            bool.Parse(expected.Metadata["double_quantized"]));
        Assert.All(model.LinearLayers, layer => Assert.Equal(format, layer.Weight.Format));
        model.Adapter.Load(Path.Combine(folder, "adapter"));
        Batch batch = Batch.Read();

        // ILGPU's CPU accelerator is slow: one sequence is enough there.
        int sequences = identifier == "debug" ? 1 : batch.Sequences;
        float[] logits = model.Logits(new TokenIds(sequences, batch.Length, batch.Ids.AsSpan(0, sequences * batch.Length)));
        Close.Assert(expected.ReadFloat32("logits").AsSpan(0, logits.Length), logits, ModelTolerance, "logits");
        if (sequences == batch.Sequences)
            CheckGradients(model, batch, expected);
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_is_saved_as_it_was_loaded(string identifier, string name)
    {
        string adapter = Fixtures.PathOf("llama-tiny", name, "adapter");
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        model.Adapter.Load(adapter);
        using TemporaryFolder temporary = new();
        string saved = Path.Combine(temporary.Path, "adapter");
        model.Adapter.Save(saved);
        PeftAdapterFile before = PeftAdapterFile.Read(adapter), after = PeftAdapterFile.Read(saved);
        Assert.Equal(before.Config.Rank, after.Config.Rank);
        Assert.Equal(before.Config.Alpha, after.Config.Alpha);
        Assert.Equal(before.Config.RankStabilized, after.Config.RankStabilized);
        Assert.Equal(before.Config.TargetModules.Order(StringComparer.Ordinal), after.Config.TargetModules.Order(StringComparer.Ordinal));
        Assert.Equal(before.Layers.Select(layer => layer.Path), after.Layers.Select(layer => layer.Path));
        foreach ((PeftLayer one, PeftLayer other) in before.Layers.Zip(after.Layers))
        {
            Assert.Equal(one.A.ToArray(), other.A.ToArray());
            Assert.Equal(one.B.ToArray(), other.B.ToArray());
            Assert.Equal(one.Scaling, other.Scaling, 1e-6);
        }
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_fresh_adapter_leaves_the_logits_as_they_were_bit_for_bit()
    {
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        Batch batch = Batch.Read();
        float[] before = model.Logits(batch.Tokens);
        model.Adapter.Initialize(seed: 3);
        Assert.Equal(before, model.Logits(batch.Tokens));
        Assert.All(model.LinearLayers, layer => Assert.NotNull(layer.Factors));
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_reversible_merge_is_taken_back()
    {
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter"));
        Batch batch = Batch.Read();
        float[] before = model.Logits(batch.Tokens);
        model.Merge(reversible: true);
        Assert.Empty(model.TrainableParameters);
        Close.Assert(before, model.Logits(batch.Tokens), ModelTolerance, "logits of the merged model");
        Assert.Throws<InvalidOperationException>(() => model.Merge());
        model.Unmerge();
        Close.Assert(before, model.Logits(batch.Tokens), ModelTolerance, "logits after the merge was taken back");
        Assert.NotEmpty(model.TrainableParameters);
    }

    private static void CheckGradients(LlamaModel model, Batch batch, SafetensorsFile expected)
    {
        LossSum loss = model.ForwardBackward(batch.Tokens, batch.Labels);
        Close.Assert(expected.ReadFloat32("loss"), [(float)loss.Mean], ModelTolerance, "loss");
        Assert.NotEmpty(model.Adapter.Layers);
        foreach (Linear layer in model.Adapter.Layers)
        {
            Close.Assert(expected.ReadFloat32($"grad.{layer.CheckpointPath}.lora_A.weight"),
                OwnRank(layer.Factors!, layer.Factors!.A), ModelTolerance, $"gradient of A of {layer.CheckpointPath}");
            Close.Assert(expected.ReadFloat32($"grad.{layer.CheckpointPath}.lora_B.weight"),
                OwnRank(layer.Factors!, layer.Factors!.B), ModelTolerance, $"gradient of B of {layer.CheckpointPath}");
        }
    }

    private static float[] Train(LlamaModel model, Batch batch, IReadOnlyDictionary<string, string> settings)
    {
        using AdamW optimizer = new(Number(settings, "lr"), Number(settings, "beta1"),
            Number(settings, "beta2"), Number(settings, "eps"), Number(settings, "weight_decay"));
        float[] losses = new float[int.Parse(settings["steps"], CultureInfo.InvariantCulture)];
        for (int step = 0; step < losses.Length; step++)
        {
            losses[step] = (float)model.ForwardBackward(batch.Tokens, batch.Labels).Mean;
            optimizer.Step(model.TrainableParameters, optimizer.LearningRate);
            foreach (Parameter parameter in model.TrainableParameters)
                parameter.ClearGradient();
        }

        return losses;
    }

    private static float Number(IReadOnlyDictionary<string, string> settings, string name) => float.Parse(settings[name], CultureInfo.InvariantCulture);

    /// <summary>The gradient of a factor without the rows or columns that fill up a lower rank.</summary>
    private static float[] OwnRank(LowRankFactors factors, Parameter parameter)
    {
        Tensor gradient = parameter.Gradient!;
        float[] values = gradient.ToArray();
        if (ReferenceEquals(parameter, factors.A))
            return values[..(factors.Rank * gradient.Columns)];
        return [.. Enumerable.Range(0, gradient.Rows).SelectMany(row => values.Skip(row * gradient.Columns).Take(factors.Rank))];
    }

    /// <summary>The start of the continuation that is the start of a sequence of the batch.</summary>
    private static int[] PromptOf(int[] greedy, Batch batch)
    {
        int longest = 0;
        for (int sequence = 0; sequence < batch.Sequences; sequence++)
        {
            ReadOnlySpan<int> ids = batch.Ids.AsSpan(sequence * batch.Length, batch.Length);
            longest = Math.Max(longest, ids.CommonPrefixLength(greedy));
        }

        return greedy[..longest];
    }

    private sealed record Batch(int Sequences, int Length, int[] Ids, int[] Labels, float[] Logits, float Loss)
    {
        public TokenIds Tokens => new(Sequences, Length, Ids);

        public static Batch Read()
        {
            using SafetensorsFile file = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "base_expected.safetensors"));
            SafetensorsEntry ids = file.GetEntry("input_ids");
            return new Batch(
                (int)ids.Shape[0],
                (int)ids.Shape[1],
                [.. file.ReadInt64("input_ids").Select(id => (int)id)],
                [.. file.ReadInt64("labels").Select(id => (int)id)],
                file.ReadFloat32("logits"),
                file.ReadFloat32("loss")[0]);
        }
    }
}
