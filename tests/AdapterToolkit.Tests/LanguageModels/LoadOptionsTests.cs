using System.Runtime.InteropServices;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Operators;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>What a caller can ask of the loader: tensors left out, renamed and transposed, a log, progress, and an end before the end.</summary>
[Trait("Device", "cpu")]
public sealed class LoadOptionsTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";

    private static readonly int[] s_ids = [1, 5, 9, 2, 7];

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private string Folder => _temporary["changed"];

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Tensors_with_a_prefix_and_masks_among_them_load_as_the_model_that_they_are()
    {
        TinyLlama.Write(Folder, tensors => tensors.Select(tensor => Renamed(tensor, "transformer." + tensor.Name))
            .Append(SafetensorsTensor.OfFloats("transformer.model.layers.0.self_attn.mask", [2], new float[2])));
        LoadOptions options = new()
        {
            Storage = WeightStorage.Dense,
            MapTensor = tensor => tensor.Name.EndsWith(".mask", StringComparison.Ordinal)
                ? TensorMapping.Ignore
                : TensorMapping.Rename(tensor.Name["transformer.".Length..]),
        };

        CheckpointException missing = Assert.Throws<CheckpointException>(() => LlamaModel.Load(Folder, _device));
        Assert.Contains("LoadOptions.MapTensor", missing.Message, StringComparison.Ordinal);
        Assert.Contains("transformer.model.embed_tokens.weight", missing.Message, StringComparison.Ordinal);

        using LlamaModel golden = LlamaModel.Load(TinyLlama.Folder, _device, WeightStorage.Dense);
        using LlamaModel model = LlamaModel.Load(Folder, _device, options, TestContext.Current.CancellationToken);
        Assert.Equal(Logits(golden), Logits(model));
        Assert.Equal(golden.BaseIdentity, model.BaseIdentity);
    }

    [Theory]
    [InlineData(SafetensorsType.F32, WeightStorage.Dense)]
    [InlineData(SafetensorsType.F32, WeightStorage.AsMarked)]
    [InlineData(SafetensorsType.BF16, WeightStorage.Dense)]
    [InlineData(SafetensorsType.F16, WeightStorage.AsMarked)]
    public void Matrices_that_lie_the_other_way_round_are_transposed(SafetensorsType type, WeightStorage storage)
    {
        string upright = _temporary["upright"];
        TinyLlama.Write(upright, tensors => tensors.Select(tensor => IsProjection(tensor.Name) ? Narrowed(tensor, type) : tensor));
        TinyLlama.Write(Folder, tensors => tensors.Select(tensor => IsProjection(tensor.Name)
            ? Renamed(Transposed(Narrowed(tensor, type)), tensor.Name.Replace("proj", "conv", StringComparison.Ordinal))
            : tensor));
        LoadOptions options = new()
        {
            Storage = storage,
            MapTensor = tensor => tensor.Name.Contains("conv", StringComparison.Ordinal)
                ? TensorMapping.RenameAndTranspose(tensor.Name.Replace("conv", "proj", StringComparison.Ordinal))
                : null,
        };

        using LlamaModel expected = LlamaModel.Load(upright, _device, storage);
        using LlamaModel model = LlamaModel.Load(Folder, _device, options, TestContext.Current.CancellationToken);
        Assert.Equal(Logits(expected), Logits(model));
        Assert.Equal(expected.BaseIdentity, model.BaseIdentity);
    }

    [Fact]
    public void An_unknown_tensor_s_refusal_names_the_hook()
    {
        TinyLlama.Write(Folder, tensors => tensors.Append(SafetensorsTensor.OfFloats("model.extra.bias", [1], new float[1])));
        CheckpointException refused = Refused(new LoadOptions());
        Assert.Equal("model.extra.bias", refused.TensorName);
        Assert.Contains("LoadOptions.MapTensor", refused.Message, StringComparison.Ordinal);

        LlamaModel.Load(Folder, _device, new LoadOptions { MapTensor = tensor => tensor.Name == "model.extra.bias" ? TensorMapping.Ignore : null },
            TestContext.Current.CancellationToken)
            .Dispose();
    }

    [Fact]
    public void Two_tensors_of_one_name_are_refused()
    {
        TinyLlama.Write(Folder);
        CheckpointException refused = Refused(new LoadOptions
        {
            MapTensor = tensor => tensor.Name == "model.norm.weight" ? TensorMapping.Rename(Query) : null,
        });
        Assert.Contains("'model.norm.weight'", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Query}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("a name of its own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_matrix_of_numbers_is_not_transposed()
    {
        TinyLlama.Write(Folder);
        Assert.Contains("can't be transposed",
            Refused(new LoadOptions { MapTensor = tensor => tensor.Name == "model.norm.weight" ? TensorMapping.Transpose : null }).Message,
            StringComparison.Ordinal);

        string quantized = _temporary["quantized"];
        using (LlamaModel model = LlamaModel.Load(TinyLlama.Folder, _device))
            model.Save(quantized);
        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(quantized, _device,
            new LoadOptions { MapTensor = tensor => tensor.Name == Query ? TensorMapping.Transpose : null }, TestContext.Current.CancellationToken));
        Assert.Equal(Query, refused.TensorName);
        Assert.Contains("Quantized weights can't be", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_in_a_renamed_tensor_is_told_by_both_names()
    {
        TinyLlama.Write(Folder, tensors => tensors.Replacing("model.norm.weight",
            norm => Renamed(norm.WithBytes(bytes => MemoryMarshal.Write(bytes.AsSpan(8), float.NaN)), "final_norm")));
        CheckpointException refused = Refused(new LoadOptions
        {
            MapTensor = tensor => tensor.Name == "final_norm" ? TensorMapping.Rename("model.norm.weight") : null,
        });
        Assert.Equal("final_norm", refused.TensorName);
        Assert.Contains("number 2 is NaN", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_and_log_tell_of_every_weight()
    {
        TinyLlama.Write(Folder);
        List<LoadProgress> told = [];
        ListLogger logger = new();
        using LlamaModel model = LlamaModel.Load(Folder, _device,
            new LoadOptions { Logger = logger, Progress = new Immediate(told.Add) }, TestContext.Current.CancellationToken);

        Assert.Equal(TinyLlama.TensorsOf(Folder).Select(tensor => tensor.Name).Order(StringComparer.Ordinal),
            told.Select(progress => progress.Tensor).Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, told.Count), told.Select(progress => progress.Loaded));
        Assert.Equal((told.Count, told[^1].Bytes), (told[^1].Weights, told[^1].LoadedBytes));
        Assert.Equal(TinyLlama.TensorsOf(Folder).Sum(tensor => tensor.ByteLength), told[^1].Bytes);
        Assert.Contains(logger.Lines, line => line.StartsWith("Information: Loaded", StringComparison.Ordinal));
        Assert.DoesNotContain(logger.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    /// <summary>After every number of tensors, from none on.</summary>
    [Fact]
    public void A_cancelled_or_failed_loading_leaves_nothing_and_the_model_can_be_loaded()
    {
        TinyLlama.Write(Folder);
        using LlamaModel model = new(LlamaConfig.FromFolder(Folder));
        int weights = TinyLlama.TensorsOf(Folder).Count;
        for (int after = 0; after < weights; after += 4)
        {
            using CancellationTokenSource source = new();
            if (after == 0)
                source.Cancel();
            Immediate cancelling = new(progress => Act(progress.Loaded == after, source.Cancel));
            Assert.Throws<OperationCanceledException>(() => model.LoadCheckpoint(Folder, _device, new LoadOptions { Progress = cancelling }, source.Token));
            Immediate failing = new(progress => Act(progress.Loaded > after, () => throw new NotSupportedException("progress")));
            Assert.Throws<NotSupportedException>(
                () => model.LoadCheckpoint(Folder, _device, new LoadOptions { Progress = failing }, TestContext.Current.CancellationToken));
            Assert.Equal(0, _device.HeldBytes);
            Assert.Null(model.CheckpointFolder);
        }

        Assert.Throws<NotSupportedException>(() => model.LoadCheckpoint(Folder, _device,
            new LoadOptions { MapTensor = _ => throw new NotSupportedException("hook") }, TestContext.Current.CancellationToken));
        model.LoadCheckpoint(Folder, _device);
        using LlamaModel golden = LlamaModel.Load(TinyLlama.Folder, _device);
        Assert.Equal(Logits(golden), Logits(model));

        static void Act(bool isTime, Action act)
        {
            if (isTime)
                act();
        }
    }

    [Fact]
    public void A_rank_above_a_layer_s_smaller_side_is_said_once_for_its_class_and_still_loads()
    {
        // Keys and values have 2 heads of 2 features: 4 rows, and the projections are compiled for rank 8.
        TinyLlama.Write(Folder, tensors => tensors.Select(Narrow), json => json["head_dim"] = 2);
        ListLogger logger = new();
        using LlamaModel model = LlamaModel.Load(Folder, _device, new LoadOptions { Logger = logger }, TestContext.Current.CancellationToken);
        string warning = Assert.Single(logger.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains("rank 8 of Projection", warning, StringComparison.Ordinal);
        Assert.Contains("6 of its layers", warning, StringComparison.Ordinal);
        Assert.Contains("'model.layers.0.self_attn.k_proj' (4 x 48)", warning, StringComparison.Ordinal);

        model.Adapter.Initialize(seed: 3);
        model.Adapter.Save(_temporary["adapter"]);
        model.Adapter.Load(_temporary["adapter"]);
        Assert.All(model.LinearLayers, layer => Assert.Equal(8, layer.Factors!.Rank));

        static SafetensorsTensor Narrow(SafetensorsTensor tensor) => tensor.Name switch
        {
            _ when tensor.Name.EndsWith("q_proj.weight", StringComparison.Ordinal) => SafetensorsTensor.OfFloats(tensor.Name, [8, 48], new float[8 * 48]),
            _ when tensor.Name.EndsWith("k_proj.weight", StringComparison.Ordinal) || tensor.Name.EndsWith("v_proj.weight", StringComparison.Ordinal) =>
                SafetensorsTensor.OfFloats(tensor.Name, [4, 48], new float[4 * 48]),
            _ when tensor.Name.EndsWith("o_proj.weight", StringComparison.Ordinal) => SafetensorsTensor.OfFloats(tensor.Name, [48, 8], new float[48 * 8]),
            _ => tensor,
        };
    }

    private static bool IsProjection(string name) => name.Contains("proj", StringComparison.Ordinal);

    private static SafetensorsTensor Renamed(SafetensorsTensor tensor, string name) =>
        SafetensorsTensor.OfBytes(name, tensor.Type, tensor.Shape.AsSpan(), tensor.BytesOf());

    private static SafetensorsTensor Narrowed(SafetensorsTensor tensor, SafetensorsType type)
    {
        float[] numbers = MemoryMarshal.Cast<byte, float>(tensor.BytesOf()).ToArray();
        return type switch
        {
            SafetensorsType.F32 => tensor,
            SafetensorsType.F16 =>
                SafetensorsTensor.OfBytes(tensor.Name, type, tensor.Shape.AsSpan(),
                    MemoryMarshal.AsBytes<Half>([.. numbers.Select(number => (Half)number)]).ToArray()),
            _ =>
                SafetensorsTensor.OfBytes(tensor.Name, type, tensor.Shape.AsSpan(),
                    MemoryMarshal.AsBytes<ushort>([.. numbers.Select(number => (ushort)(BitConverter.SingleToUInt32Bits(number) >> 16))]).ToArray()),
        };
    }

    private static SafetensorsTensor Transposed(SafetensorsTensor tensor)
    {
        byte[] from = tensor.BytesOf(), to = new byte[from.Length];
        int rows = (int)tensor.Shape[0], columns = (int)tensor.Shape[1], size = from.Length / (rows * columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                from.AsSpan(((row * columns) + column) * size, size).CopyTo(to.AsSpan(((column * rows) + row) * size));
        }

        return SafetensorsTensor.OfBytes(tensor.Name, tensor.Type, [columns, rows], to);
    }

    private static float[] Logits(LlamaModel model) => model.Logits(new TokenIds(1, s_ids.Length, s_ids));

    private CheckpointException Refused(LoadOptions options)
    {
        CheckpointException refused =
            Assert.Throws<CheckpointException>(() => LlamaModel.Load(Folder, _device, options, TestContext.Current.CancellationToken));
        Assert.Equal(0, _device.HeldBytes);
        return refused;
    }

    /// <summary>Progress that is told in the thread that makes it.</summary>
    private sealed class Immediate(Action<LoadProgress> report) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => report(value);
    }
}
