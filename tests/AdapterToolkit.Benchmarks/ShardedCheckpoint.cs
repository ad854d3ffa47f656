using System.Runtime.InteropServices;
using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Models.Llama;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// A checkpoint of random bfloat16 weights in several files, as large models come. A billion independent random numbers
/// would take longer than what is measured, so tensors read one long piece of them, each from another place.
/// </summary>
/// <param name="shape">The shape of the model.</param>
internal sealed class ShardedCheckpoint(ModelShape shape)
{
    private const int Shards = 4;
    private const int PieceLength = 1 << 20;
    private const int PlaceStep = 7919;

    private readonly ushort[] _piece = [.. RandomValues.Gaussian(PieceLength).Select(ToBFloat16)];
    private int _place;

    /// <summary>Writes configuration, files and their index.</summary>
    /// <param name="folder">The folder.</param>
    public void Write(string folder)
    {
        shape.Config.Write(Path.Combine(folder, LlamaConfig.FileName));
        (string Name, long[] Shape)[] weights = [.. shape.WeightShapes()];
        Dictionary<string, string> files = [];
        int shard = 0;
        foreach ((string Name, long[] Shape)[] part in weights.Chunk((weights.Length + Shards - 1) / Shards))
        {
            string file = $"model-{++shard:D5}-of-{Shards:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, file),
                [.. part.Select(weight => SafetensorsTensor.OfBytes(weight.Name, SafetensorsType.BF16, weight.Shape, bytes => Fill(weight.Shape, bytes)))]);
            foreach ((string name, _) in part)
                files.Add(name, file);
        }

        File.WriteAllText(Path.Combine(folder, Checkpoint.IndexFileName),
            JsonSerializer.Serialize(new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object>(), ["weight_map"] = files }));
    }

    private static ushort ToBFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private void Fill(long[] shape, Span<byte> bytes)
    {
        Span<ushort> numbers = MemoryMarshal.Cast<byte, ushort>(bytes);
        if (shape.Length == 1)
        {
            numbers.Fill(ToBFloat16(1));
            return;
        }

        while (numbers.Length > 0)
        {
            _place = (_place + PlaceStep) % PieceLength;
            int count = Math.Min(numbers.Length, PieceLength - _place);
            _piece.AsSpan(_place, count).CopyTo(numbers);
            numbers = numbers[count..];
        }
    }
}
