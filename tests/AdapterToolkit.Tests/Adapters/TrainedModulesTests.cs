using System.Runtime.InteropServices;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>
/// Weights marked [Trainable], against an adapter of PEFT with modules_to_save. PEFT trained the embedding too, which no model here does: its
/// trained copy is given as the base's embedding, beside a head that keeps the base's.
/// </summary>
[Trait("Device", "cpu")]
public sealed class TrainedModulesTests : IDisposable
{
    private const string Embedding = "model.embed_tokens.weight", Norm = "model.norm.weight", InputNorm = "model.layers.1.input_layernorm.weight";
    private const double Tolerance = 5e-4;

    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(threads: 1);
    private readonly SafetensorsFile _expected = SafetensorsFile.Open(Fixtures.PathOf("adapters", "modules_to_save", "expected.safetensors"));

    public void Dispose()
    {
        _expected.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }

    private static string BaseFolder => Fixtures.PathOf("adapters", "base");

    private TokenIds Tokens => new(2, 16, [.. _expected.ReadInt64("input_ids").Select(id => (int)id)]);

    [Fact]
    public void PEFT_s_trained_norms_give_its_logits_loss_and_gradients()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        model.Adapter.Load(WithoutEmbedding("start"));

        Close.Assert(_expected.ReadFloat32("logits"), model.Logits(Tokens), Tolerance, "logits");
        int[] labels = [.. _expected.ReadInt64("labels").Select(id => (int)id)];
        LossSum loss = model.ForwardBackward(Tokens, labels);

        Close.Assert(_expected.ReadFloat32("loss"), [(float)loss.Mean], Tolerance, "loss");
        RmsNorm[] norms = [.. model.TrainableWeights.Select(weight => weight.Module).Cast<RmsNorm>()];
        Assert.Equal(5, norms.Length);
        foreach (RmsNorm norm in norms)
            Close.Assert(_expected.ReadFloat32($"grad.{norm.CheckpointPath}.modules_to_save.weight"), norm.Parameters.Single().Gradient!.ToArray(), Tolerance,
                norm.CheckpointPath);
    }

    [Fact]
    public void PEFT_s_training_continues_to_its_logits()
    {
        PeftAdapterFile after = PeftAdapterFile.Read(Fixtures.PathOf("adapters", "modules_to_save", "after"));
        ReadOnlyMemory<float> trained = after.SavedTensors.Single(tensor => tensor.Name == Embedding).Values;
        List<SafetensorsTensor> tensors = TinyLlama.TensorsOf(BaseFolder);
        SafetensorsTensor embedding = tensors.Single(tensor => tensor.Name == Embedding);
        tensors.Remove(embedding);
        tensors.Add(SafetensorsTensor.OfFloats(Embedding, embedding.Shape.AsSpan(), trained));
        tensors.Add(SafetensorsTensor.OfBytes("lm_head.weight", embedding.Type, embedding.Shape.AsSpan(), embedding.BytesOf()));
        SafetensorsWriter.Write(Path.Combine(_folder["base"], Checkpoint.SingleFileName), tensors);
        File.WriteAllText(
            Path.Combine(_folder["base"], LlamaConfig.FileName),
            File.ReadAllText(Path.Combine(BaseFolder, LlamaConfig.FileName)).Replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false",
                StringComparison.Ordinal));
        using TrainedNormLlama model = TrainedNormLlama.Load(_folder["base"], _device);

        model.Adapter.Load(WithoutEmbedding("after"));

        Close.Assert(_expected.ReadFloat32("logits_after"), model.Logits(Tokens), Tolerance, "logits after training");
    }

    [Fact]
    public void A_trained_embedding_is_refused_by_name_and_the_model_stays()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        model.Adapter.Initialize(1);
        float[] before = model.Logits(Tokens);

        CheckpointException error = Assert.Throws<CheckpointException>(() => model.Adapter.Load(Fixtures.PathOf("adapters", "modules_to_save", "after")));

        Assert.Equal(Embedding, error.TensorName);
        Assert.Contains("Embedding", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Logits(Tokens));
    }

    [Fact]
    public void A_trained_norm_of_a_model_whose_norms_do_not_train_is_refused_with_the_remedy()
    {
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);

        CheckpointException error = Assert.Throws<CheckpointException>(() => model.Adapter.Load(WithoutEmbedding("after")));

        Assert.Contains("[Trainable]", error.Message, StringComparison.Ordinal);
        Assert.Empty(model.Adapter.Layers);
    }

    [Fact]
    public void A_named_module_without_its_tensor_is_refused()
    {
        string folder = WithoutEmbedding("after", tensor => tensor.Name != InputNorm);
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);

        Assert.Equal(InputNorm, Assert.Throws<CheckpointException>(() => model.Adapter.Load(folder)).TensorName);
    }

    [Fact]
    public void A_trained_norm_of_another_length_is_refused()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        string longer = WithoutEmbedding("after", change: tensor => tensor.Name == Norm ? new PeftSavedTensor(Norm, [49], new float[49]) : tensor);

        Assert.Contains("49", Assert.Throws<CheckpointException>(() => model.Adapter.Load(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Norms_are_saved_as_PEFT_saves_them_and_load_to_the_same_bits()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        string source = WithoutEmbedding("after");
        model.Adapter.Load(source);

        model.Adapter.Save(_folder["saved"]);

        PeftAdapterFile expected = PeftAdapterFile.Read(source), saved = PeftAdapterFile.Read(_folder["saved"]);
        Assert.Equal(["input_layernorm", "norm", "post_attention_layernorm"], saved.Config.ModulesToSave);
        Assert.Equal(expected.SavedTensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), saved.SavedTensors.Select(tensor => tensor.Name));
        foreach (PeftSavedTensor tensor in saved.SavedTensors)
            Assert.Equal(expected.SavedTensors.Single(other => other.Name == tensor.Name).Values.ToArray(), tensor.Values.ToArray());
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_folder["saved"], PeftAdapterFile.TensorsFileName));
        Assert.True(file.Contains("base_model.model.model.norm.weight"));
        Assert.Equal(48, Assert.Single(file.GetEntry("base_model.model.model.norm.weight").Shape));

        float[] logits = model.Logits(Tokens);
        using TrainedNormLlama again = TrainedNormLlama.Load(BaseFolder, _device);
        again.Adapter.Load(_folder["saved"]);
        Assert.Equal(logits, again.Logits(Tokens));
    }

    [Fact]
    public void Norms_alone_are_an_adapter_too()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        Parameter norm = model.TrainableParameters[^1];
        norm.Value.CopyFrom([.. Enumerable.Range(0, 48).Select(i => 1 + (0.01f * i))]);
        float[] logits = model.Logits(Tokens);

        model.Adapter.Save(_folder["norms"]);
        using TrainedNormLlama again = TrainedNormLlama.Load(BaseFolder, _device);
        again.Adapter.Initialize(5);
        again.Adapter.Load(_folder["norms"]);

        Assert.Empty(again.Adapter.Layers);
        Assert.Equal(logits, again.Logits(Tokens));
    }

    [Fact]
    public void Initializing_and_removing_give_the_base_s_norms_back_and_so_does_an_adapter_without_them()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        float[] ofBase = model.Logits(Tokens);
        string trained = WithoutEmbedding("after");

        model.Adapter.Load(trained);
        Assert.NotEqual(ofBase, model.Logits(Tokens));
        model.Adapter.Initialize(3);
        Assert.Equal(ofBase, model.Logits(Tokens));
        model.Adapter.Load(trained);
        model.Adapter.Remove();
        Assert.Equal(ofBase, model.Logits(Tokens));

        using LlamaModel plain = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        plain.Adapter.Initialize(3);
        plain.Adapter.Save(_folder["factors"]);
        model.Adapter.Load(trained);
        model.Adapter.Load(_folder["factors"]);
        Assert.Equal(ofBase, model.Logits(Tokens));
    }

    [Fact]
    public void A_merged_model_is_saved_with_the_trained_norms()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        model.Adapter.Load(WithoutEmbedding("after"));
        float[] norm = model.TrainableParameters[^1].Value.ToArray(), logits = model.Logits(Tokens);
        Assert.Throws<InvalidOperationException>(() => model.Save(_folder["merged"]));

        model.MergeTo(32);
        Close.Assert(logits, model.Logits(Tokens), Tolerance, "merged");
        model.Save(_folder["merged"]);

        using LlamaModel merged = LlamaModel.Load(_folder["merged"], _device, WeightStorage.Dense);
        Close.Assert(norm, merged.Norm.FrozenWeights.Single().ToArray(), 1e-2, "the norm, as far as the file's type holds it");
        Assert.NotEqual(1f, merged.Norm.FrozenWeights.Single().ToArray()[0]);
        Close.Assert(logits, merged.Logits(Tokens), 2e-2, "loaded again");
    }

    [Fact]
    public void A_trained_norm_alone_keeps_a_model_from_being_saved_without_it()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        model.Save(_folder["untrained"]);
        model.TrainableParameters[^1].Value.CopyFrom(new float[48]);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => model.Save(_folder["trained"]));

        Assert.Contains(Norm, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["trained"]));
    }

    [Fact]
    public void A_reversible_merge_of_norms_is_taken_back_exactly()
    {
        using TrainedNormLlama model = TrainedNormLlama.Load(BaseFolder, _device);
        model.Adapter.Load(WithoutEmbedding("after"));
        float[] logits = model.Logits(Tokens), ofBase = model.Norm.FrozenWeights.Single().ToArray(), trained = model.TrainableParameters[^1].Value.ToArray();

        model.MergeTo(32, reversible: true);
        Assert.Empty(model.TrainableParameters);
        Assert.Equal(trained, model.Norm.FrozenWeights.Single().ToArray());
        Assert.Throws<InvalidOperationException>(() => model.Adapter.Initialize(1));
        model.Unmerge();

        Assert.Equal(ofBase, model.Norm.FrozenWeights.Single().ToArray());
        Assert.Equal(logits, model.Logits(Tokens));
        Assert.Equal(trained, model.TrainableParameters[^1].Value.ToArray());
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_neither_loaded_nor_saved_with_an_adapter()
    {
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        model.Adapter.Initialize(1);
        float[] before = model.Logits(Tokens);
        foreach (string end in (string[])[".lora_B.weight", "." + InputNorm])
        {
            string folder = WithoutEmbedding("after"), path = Path.Combine(folder, PeftAdapterFile.TensorsFileName);
            List<SafetensorsTensor> tensors = TinyLlama.TensorsIn(path);
            string damaged = tensors.First(tensor => tensor.Name.EndsWith(end, StringComparison.Ordinal)).Name;
            SafetensorsWriter.Write(path,
                [.. tensors.Replacing(damaged, tensor => tensor.WithBytes(bytes => MemoryMarshal.Write(bytes.AsSpan(12), float.NaN)))]);

            CheckpointException loaded = Assert.Throws<CheckpointException>(() => model.Adapter.Load(folder));
            Assert.Equal((path, damaged), (loaded.FilePath, loaded.TensorName));
            Assert.Contains("number 3 is NaN", loaded.Message, StringComparison.Ordinal);
            Assert.Equal(before, model.Logits(Tokens));
        }

        Parameter parameter = model.TrainableParameters[1];
        float[] numbers = parameter.Value.ToArray();
        numbers[0] = float.NegativeInfinity;
        parameter.Value.CopyFrom(numbers);
        InvalidOperationException saved = Assert.Throws<InvalidOperationException>(() => model.Adapter.Save(_folder["saved"]));
        Assert.Contains(parameter.Name, saved.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["saved"]));
    }

    [Fact]
    public void An_alpha_that_overflows_the_scaling_is_refused_and_one_near_a_round_number_is_kept()
    {
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        PeftAdapterFile whole = PeftAdapterFile.Read(WithoutEmbedding("after"));
        PeftAdapterConfig config = whole.Config with { ModulesToSave = [] };
        PeftAdapterFile With(double alpha) =>
            new(config with { Alpha = alpha }, [.. whole.Layers.Select(layer => layer with { Scaling = alpha / layer.Rank })], []);
        With(1e300).Write(_folder["huge"]);
        With(16.00001).Write(_folder["near"]);

        Assert.Contains("lora_alpha", Assert.Throws<CheckpointException>(() => model.Adapter.Load(_folder["huge"])).Message, StringComparison.Ordinal);
        model.Adapter.Load(_folder["near"]);
        model.Adapter.Save(_folder["again"]);
        float scaling = model.Adapter.Layers.First().Factors!.Scaling;
        model.Adapter.Load(_folder["again"]);
        Assert.NotEqual(4f, scaling);
        Assert.Equal(scaling, model.Adapter.Layers.First().Factors!.Scaling);
    }

    /// <summary>A copy of one of PEFT's adapters without the embedding.</summary>
    private string WithoutEmbedding(string name, Func<PeftSavedTensor, bool>? keep = null, Func<PeftSavedTensor, PeftSavedTensor>? change = null)
    {
        PeftAdapterFile whole = PeftAdapterFile.Read(Fixtures.PathOf("adapters", "modules_to_save", name));
        Assert.Contains(whole.SavedTensors, tensor => tensor.Name == InputNorm);
        PeftSavedTensor[] kept = [.. whole.SavedTensors.Where(tensor => tensor.Name != Embedding && keep?.Invoke(tensor) != false).Select(tensor =>
            change?.Invoke(tensor) ?? tensor)];
        string folder = _folder[$"{name}-{Guid.NewGuid():N}"];
        new PeftAdapterFile(whole.Config with { ModulesToSave = ["norm"] }, whole.Layers, kept).Write(folder);
        return folder;
    }
}
