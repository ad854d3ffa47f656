using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>Infinite numbers, and what is not a number, in any tensor of a checkpoint: refused by the tensor's name and the number's place.</summary>
[Trait("Device", "cpu")]
public sealed class NotFiniteTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void In_no_tensor_of_float32_numbers(float number)
    {
        foreach (SafetensorsTensor tensor in TinyLlama.TensorsOf(TinyLlama.Folder))
        {
            int last = (int)(tensor.ByteLength / 4) - 1;
            foreach (int index in (int[])[0, last])
            {
                TinyLlama.Write(_temporary["changed"],
                    tensors => tensors.Replacing(tensor.Name, found => found.WithBytes(bytes => MemoryMarshal.Write(bytes.AsSpan(4 * index), number))));
                Refuses(tensor.Name, index, WeightStorage.Dense);
            }

            Refuses(tensor.Name, last, WeightStorage.AsMarked);
        }
    }

    [Theory]
    [InlineData(SafetensorsType.F16, 0x7C00)]
    [InlineData(SafetensorsType.F16, 0xFE00)]
    [InlineData(SafetensorsType.BF16, 0x7F80)]
    [InlineData(SafetensorsType.BF16, 0xFFC1)]
    public void In_no_tensor_of_16_bit_numbers(SafetensorsType type, int number)
    {
        foreach (SafetensorsTensor tensor in TinyLlama.TensorsOf(TinyLlama.Folder))
        {
            int elements = (int)(tensor.ByteLength / 4), index = elements - 2;
            byte[] bytes = new byte[2 * elements];
            MemoryMarshal.Write(bytes.AsSpan(2 * index), (ushort)number);
            TinyLlama.Write(_temporary["changed"],
                tensors => tensors.Replacing(tensor.Name, found => SafetensorsTensor.OfBytes(found.Name, type, found.Shape.AsSpan(), bytes)));
            Refuses(tensor.Name, index, WeightStorage.Dense);
            Refuses(tensor.Name, index, WeightStorage.AsMarked);
        }
    }

    [Theory]
    [InlineData(".nested_absmax")]
    public void In_no_scale_of_quantized_numbers(string companion)
    {
        const string weight = "model.layers.0.mlp.up_proj.weight";
        string folder = _temporary["quantized"], changed = _temporary["changed"];
        using (LlamaModel model = LlamaModel.Load(TinyLlama.Folder, _device))
            model.Save(folder);
        Directory.CreateDirectory(changed);
        File.Copy(Path.Combine(folder, LlamaConfig.FileName), Path.Combine(changed, LlamaConfig.FileName));
        SafetensorsWriter.Write(
            Path.Combine(changed, Checkpoint.SingleFileName),
            [.. TinyLlama.TensorsOf(folder)
                .Replacing(weight + companion, scales => scales.WithBytes(bytes => MemoryMarshal.Write(bytes.AsSpan(), float.NaN)))]);
        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(changed, _device));
        Assert.Equal(weight + companion, refused.TensorName);
        Assert.Contains("element 0 is NaN", refused.Message, StringComparison.Ordinal);
    }

    private void Refuses(string tensor, int index, WeightStorage storage)
    {
        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(_temporary["changed"], _device, storage));
        Assert.Equal(tensor, refused.TensorName);
        Assert.Contains($"number {index} is ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _device.HeldBytes);
    }
}
