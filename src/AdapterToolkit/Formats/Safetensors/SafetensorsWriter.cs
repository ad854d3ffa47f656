using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// Writes safetensors files as the reference implementation does: header padded to whole eight bytes, elements without gaps, in the order given.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>What libraries expect in the metadata of a checkpoint of PyTorch's layout (weights are out x in, row-major).</summary>
    private static readonly Dictionary<string, string> s_pyTorchMetadata = new() { ["format"] = "pt" };

    /// <summary>Writes a file, one tensor after the other. When it fails, nothing is left behind and an older file stays as it was.</summary>
    /// <param name="path">The file to create or replace; it is written beside and renamed (<see cref="AtomicFile"/>).</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Free-form texts for the header; <c>format: pt</c> where null.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is named <c>__metadata__</c>.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        byte[] header = MakeHeader(tensors, metadata ?? s_pyTorchMetadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            long position = header.Length;
            foreach (SafetensorsTensor tensor in tensors)
            {
                tensor.Write(stream);
                position += tensor.ByteLength;
                if (stream.Position != position)
                    throw new InvalidOperationException($"Tensor '{tensor.Name}' wrote another number of bytes than its shape takes.");
            }
        });
    }

    private static byte[] MakeHeader(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Advance(WriteZeros(buffer, SafetensorsHeader.LengthSize));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            long begin = 0;
            foreach (SafetensorsTensor tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                    throw new ArgumentException($"The tensor name '{tensor.Name}' is taken.", nameof(tensors));
                long end = checked(begin + tensor.ByteLength);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.FileName());
                WriteNumbers(json, "shape", tensor.Shape.AsSpan());
                WriteNumbers(json, "data_offsets", [begin, end]);
                json.WriteEndObject();
                begin = end;
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % SafetensorsHeader.LengthSize != 0)
            buffer.Write(" "u8);
        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - SafetensorsHeader.LengthSize);
        return header;
    }

    private static int WriteZeros(ArrayBufferWriter<byte> buffer, int count)
    {
        buffer.GetSpan(count)[..count].Clear();
        return count;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(key);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
