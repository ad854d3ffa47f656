using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Golden_checkpoint_opens_with_the_shapes_of_its_configuration()
    {
        string path = Fixtures.PathOf("llama-tiny", "base");
        LlamaConfig config = LlamaConfig.FromFile(Path.Combine(path, LlamaConfig.FileName));
        using Checkpoint checkpoint = Checkpoint.Open(path);
        checkpoint.RequireShape("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            checkpoint.RequireShape($"model.layers.{layer}.self_attn.k_proj.weight", config.KeyValueHeads * config.HeadDim, config.HiddenSize);
            checkpoint.RequireShape($"model.layers.{layer}.mlp.down_proj.weight", config.HiddenSize, config.IntermediateSize);
        }

        CheckpointException error = Assert.Throws<CheckpointException>(() => checkpoint.RequireShape("model.norm.weight", 1, 2));
        Assert.Contains("model.norm.weight", error.Message);
        Assert.Contains("[1, 2]", error.Message);
    }

    [Fact]
    public void Shards_read_as_one()
    {
        WriteShard("model-1.safetensors", ("a", 1), ("b", 2));
        WriteShard("model-2.safetensors", ("c", 3));
        WriteIndex(("a", "model-1.safetensors"), ("b", "model-1.safetensors"), ("c", "model-2.safetensors"));
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(["a", "b", "c"], checkpoint.Names.Order());
        float[] value = new float[1];
        foreach ((string name, float expected) in new[] { ("a", 1f), ("b", 2f), ("c", 3f) })
        {
            checkpoint.ReadFloat32(name, value);
            Assert.Equal(expected, value[0]);
        }

        Assert.False(checkpoint.Contains("d"));
        Assert.Contains("'d'", Assert.Throws<CheckpointException>(() => checkpoint.GetEntry("d")).Message);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("sub/model.safetensors")]
    [InlineData("sub\\model.safetensors")]
    [InlineData("C:model.safetensors")]
    public void Shards_stay_in_the_folder(string shard)
    {
        WriteIndex(("a", shard));
        AssertFails("a", "is not that of a file in the same folder");
    }

    [Fact]
    public void Missing_shards_and_tensors_are_named()
    {
        WriteIndex(("a", "model-1.safetensors"));
        AssertFails("a", "'model-1.safetensors', which does not exist");
        WriteShard("model-1.safetensors", ("b", 2));
        AssertFails("a", "model-1.safetensors");
    }

    [Theory]
    [InlineData("""{}""", "'weight_map' is missing")]
    [InlineData("""{"weight_map": []}""", "'weight_map' is not an object")]
    [InlineData("""{"weight_map": {"a": 1}}""", "'weight_map.a' is not a text")]
    [InlineData("""{"weight_map": {"a": "x", "a": "x"}}""", "has the key 'weight_map.a' twice")]
    [InlineData("""[]""", "does not hold a JSON object")]
    [InlineData("""{"weight_map": """, "not valid JSON")]
    public void Malformed_indices_are_errors(string json, string problem)
    {
        File.WriteAllText(_folder[Checkpoint.IndexFileName], json);
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path));
        Assert.Contains(Checkpoint.IndexFileName, error.Message);
        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void A_folder_without_a_checkpoint_says_what_is_looked_for()
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path));
        Assert.Contains(_folder.Path, error.Message);
        Assert.Contains(Checkpoint.SingleFileName, error.Message);
    }

    [Fact]
    public void Real_model_opens_and_loads_within_one_tensor_of_memory()
    {
        using Checkpoint checkpoint = Checkpoint.Open(PretrainedModels.FolderOf("smollm2-135m-instruct"));
        SafetensorsEntry embedding = checkpoint.GetEntry("model.embed_tokens.weight");
        Assert.Equal(SafetensorsType.BF16, embedding.Type);
        float[] values = new float[embedding.ElementCount];
        long before = GC.GetAllocatedBytesForCurrentThread();
        checkpoint.ReadFloat32(embedding.Name, values);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.All(values.Where((_, index) => index % 1009 == 0), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Folders_are_exchanged_whole_and_foreign_files_stay()
    {
        string target = _folder["out"];
        AtomicFolder.Write(target, path => File.WriteAllText(Path.Combine(path, "a"), "1"));
        AtomicFolder.Write(target, path => File.WriteAllText(Path.Combine(path, "a"), "2"));
        Assert.Equal("2", File.ReadAllText(Path.Combine(target, "a")));
        Assert.Throws<NotSupportedException>(() => AtomicFolder.Write(target, path =>
        {
            File.WriteAllText(Path.Combine(path, "a"), "3");
            throw new NotSupportedException();
        }));
        Assert.Equal("2", File.ReadAllText(Path.Combine(target, "a")));
        File.WriteAllText(Path.Combine(target, "notes"), "mine");
        AtomicFolder.Write(target, path => File.WriteAllText(Path.Combine(path, "a"), "4"));
        Assert.Equal("4", File.ReadAllText(Path.Combine(target, "a")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(target, "notes")));
        Assert.Equal([target], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal([FolderManifest.FileName, "a", "notes"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private void WriteShard(string file, params (string Name, float Value)[] tensors)
        => SafetensorsWriter.Write(_folder[file], [.. tensors.Select(tensor => SafetensorsTensor.OfFloats(tensor.Name, [1], new[] { tensor.Value }))]);

    private void WriteIndex(params (string Tensor, string File)[] entries)
        => File.WriteAllText(_folder[Checkpoint.IndexFileName],
            JsonSerializer.Serialize(new { weight_map = entries.ToDictionary(entry => entry.Tensor, entry => entry.File) }));

    private void AssertFails(string tensor, string problem)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path));
        Assert.Equal(tensor, error.TensorName);
        Assert.Contains($"'{tensor}'", error.Message);
        Assert.Contains(_folder.Path, error.Message);
        Assert.Contains(problem, error.Message);
    }
}
