using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A model's layers are merged together or not at all, wherever the one stands that can't be.</summary>
[Trait("Device", "cpu")]
public sealed class WholeMergeTests : IDisposable
{
    private static readonly int[] s_ids = [1, 5, 9, 2];

    private static readonly Dictionary<string, Action<LlamaModel>> s_merges = new()
    {
        ["merge"] = model => model.Merge(),
        ["merge, reversible"] = model => model.Merge(reversible: true),
        ["to 16 bits"] = model => model.MergeTo(16),
        ["to 16 bits, reversible"] = model => model.MergeTo(16, reversible: true),
        ["to the base's type"] = model => model.MergeToBaseType(),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(threads: 1);

    public static IEnumerable<TheoryDataRow<string, WeightStorage>> Merges =>
        from merge in s_merges.Keys
        from storage in (WeightStorage[])[WeightStorage.AsMarked, WeightStorage.Dense]
        where storage == WeightStorage.Dense || merge.StartsWith("to", StringComparison.Ordinal)
        select new TheoryDataRow<string, WeightStorage>(merge, storage);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Merges))]
    public void A_sum_too_large_for_float16_in_one_layer_leaves_all_as_they_were(string merge, WeightStorage storage)
    {
        using LlamaModel model = Load(storage);
        Linear[] layers = [.. model.LinearLayers.Where(layer => layer.Factors is not null)];
        foreach (Linear layer in (Linear[])[layers[0], layers[^1]])
        {
            float[] factor = layer.Factors!.B.Value.ToArray();
            layer.Factors!.B.Value.CopyFrom([.. factor.Select(_ => 1e7f)]);
            float[] logits = Logits(model);
            WeightFormat[] formats = [.. layers.Select(layer => layer.Weight.Format)];
            long held = _device.HeldBytes;

            InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => s_merges[merge](model));

            Assert.Contains($"'{layer.CheckpointPath}'", refused.Message, StringComparison.Ordinal);
            Assert.Contains("MergeTo(32)", refused.Message, StringComparison.Ordinal);
            Assert.All(layers, layer => Assert.True(layer.Factors is not null && !layer.IsMerged));
            Assert.Equal(formats, layers.Select(layer => layer.Weight.Format));
            Assert.Equal(logits, Logits(model));
            Assert.Equal(held, _device.HeldBytes);
            layer.Factors!.B.Value.CopyFrom(factor);
        }

        s_merges[merge](model);
        Assert.All(layers, layer => Assert.True(layer.Factors is null || layer.IsMerged));
    }

    [Fact]
    public void A_sum_too_large_for_float16_is_held_in_float32()
    {
        using LlamaModel model = Load(WeightStorage.AsMarked);
        Linear layer = model.LinearLayers.Last(layer => layer.Factors is not null);
        layer.Factors!.B.Value.CopyFrom([.. layer.Factors!.B.Value.ToArray().Select(_ => 1e7f)]);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.MergeTo(8));
        Assert.Equal(0, model.MergeTo(32));

        Assert.InRange(layer.Weight.ToArray().Max(Math.Abs), 65_504, float.MaxValue);
    }

    private static float[] Logits(LlamaModel model) => model.Logits(new TokenIds(1, s_ids.Length, s_ids));

    /// <summary>A base in float16 with an adapter.</summary>
    private LlamaModel Load(WeightStorage storage)
    {
        CheckpointCopy.OfLlama(_folder["base"], _ => SafetensorsType.F16, ("dtype", "float16"));
        LlamaModel model = LlamaModel.Load(_folder["base"], _device, storage);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "qlora_nf4", "adapter"));
        return model;
    }
}
