using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Operators;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.FamilyModels;

/// <summary>The family is picked by <c>config.json</c>, and loaded as a model of its own is.</summary>
[Trait("Device", "cpu")]
public sealed class CausalModelTests : IDisposable
{
    private readonly CpuDevice _device = new(threads: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _device.Dispose();
    }

    [Fact]
    public async Task All_ways_to_load_give_the_same_model()
    {
        using LanguageModel model = CausalModel.Load<Projection>(TinyLlama.Folder, _device, WeightStorage.Dense);
        LoadOptions options = new() { Storage = WeightStorage.Dense };
        using LanguageModel other = CausalModel.Load<Projection>(TinyLlama.Folder, _device, options, TestContext.Current.CancellationToken);
        using LanguageModel waited =
            await CausalModel.LoadAsync<Projection>(TinyLlama.Folder, _device, options, TestContext.Current.CancellationToken);
        Assert.IsType<LlamaModel>(model);
        TokenIds tokens = new(1, 3, [1, 2, 3]);
        Assert.Equal(model.Logits(tokens), other.Logits(tokens));
        Assert.Equal(model.Logits(tokens), waited.Logits(tokens));
    }

    [Fact]
    public async Task Options_and_cancellation_reach_the_loading()
    {
        List<LoadProgress> told = [];
        LoadOptions options = new() { Progress = new Reported<LoadProgress>(told.Add) };
        CausalModel.Load<Projection>(TinyLlama.Folder, _device, options, TestContext.Current.CancellationToken).Dispose();
        Assert.NotEmpty(told);
        CancellationToken cancelled = new(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => CausalModel.Load<Projection>(TinyLlama.Folder, _device, options, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CausalModel.LoadAsync<Projection>(TinyLlama.Folder, _device, options, cancelled));
    }

    [Fact]
    public void An_unknown_family_is_refused_with_those_that_are_known()
    {
        TinyLlama.Write(_folder["other"], config: json => json["model_type"] = "mistral");
        CheckpointException error = Assert.Throws<CheckpointException>(() => CausalModel.Load<Projection>(_folder["other"], _device));
        Assert.Equal(Path.Combine(_folder["other"], CausalModelConfig.FileName), error.FilePath);
        Assert.Contains("'model_type' is 'mistral', a family that is not known; 'llama' is.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "'model_type' is missing")]
    [InlineData(7, "'model_type' is not a text")]
    public void A_configuration_without_a_family_is_refused(int? modelType, string problem)
    {
        TinyLlama.Write(_folder["other"], config: json => json["model_type"] = modelType is { } number ? JsonValue.Create(number) : null);
        CheckpointException error = Assert.Throws<CheckpointException>(() => CausalModel.Load<Projection>(_folder["other"], _device));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_called_what_it_is()
    {
        Directory.CreateDirectory(_folder["gguf"]);
        File.WriteAllBytes(Path.Combine(_folder["gguf"], "model.gguf"), [1]);
        CheckpointException error = Assert.Throws<CheckpointException>(() => CausalModel.Load<Projection>(_folder["gguf"], _device));
        Assert.Contains("GGUF", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_knows_its_family_and_makes_its_model()
    {
        CausalModelConfig config = CausalModelConfig.FromFolder(TinyLlama.Folder);
        LlamaConfig llama = LlamaConfig.FromFolder(TinyLlama.Folder);
        Assert.Equal(llama, config);
        Assert.Equal(llama.GetHashCode(), config.GetHashCode());
        Assert.NotEqual(llama with { MaxPositions = 7 }, config);
        Assert.NotEqual(llama with { RotaryBase = 7 }, config);
        Assert.IsType<LlamaModel<FrozenProjection>>(config.CreateModel<FrozenProjection>());
    }

    private sealed class Reported<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
