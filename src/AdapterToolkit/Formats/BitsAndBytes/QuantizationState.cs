using System.Globalization;
using System.Text;
using System.Text.Json;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Formats;

/// <summary>The settings that bitsandbytes stores beside a quantized weight, as JSON in a tensor of bytes.</summary>
/// <param name="Format">The format.</param>
/// <param name="Offset">The mean of the scales, where they are in 8 bits; null where it is not known yet.</param>
/// <param name="ElementType">
/// The element type of the numbers that were quantized, which programs decode the codes to; null where the settings name none.
/// </param>
internal readonly record struct QuantizationState(WeightFormat Format, float? Offset, WeightFormat? ElementType)
{
    /// <summary>The longest text that is read: shapes and settings take some 200 bytes.</summary>
    private const int LongestText = 1 << 16;

    /// <summary>The room for an offset that is not known yet: the longest that a float32 number takes as Python writes it.</summary>
    private const int OffsetWidth = 26;

    private const string NumberType = "float32";

    /// <summary>The formats that its checkpoints have.</summary>
    internal static IEnumerable<QuantizationFormat> Formats =>
        NumberFormat.All.Where(format => format.CheckpointName is not null).Select(format => format.Name);

    /// <summary>What bitsandbytes calls these formats, for errors: "'nf4' or 'fp4'".</summary>
    internal static string FormatNames => string.Join(" or ", Formats.Select(format => $"'{NameOf(format)}'"));

    /// <summary>What bitsandbytes calls a format.</summary>
    internal static string NameOf(QuantizationFormat format) =>
        NumberFormat.Of(format).CheckpointName ?? throw new ArgumentException($"Checkpoints of bitsandbytes have no weights in {format}.", nameof(format));

    /// <summary>The format that bitsandbytes calls by a name, or null.</summary>
    internal static QuantizationFormat? FormatOf(string name) => NumberFormat.All.FirstOrDefault(format => format.CheckpointName == name)?.Name;

    /// <summary>Reads the settings of a weight and checks them.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">The tensor of the settings.</param>
    /// <param name="numbers">The format that the tensor's name says.</param>
    /// <param name="shape">The shape that the model needs.</param>
    internal static QuantizationState Read(Checkpoint checkpoint, string name, QuantizationFormat numbers, Shape shape)
    {
        SafetensorsFile file = checkpoint.GetFile(name);
        SafetensorsEntry entry = checkpoint.GetEntry(name);
        if (entry.Type != SafetensorsType.U8)
            throw new CheckpointException(file.FilePath, $"its elements are {entry.Type.FileName()}; U8 is needed, the bytes of a JSON text.", name);
        if (entry.ByteLength > LongestText)
            throw new CheckpointException(file.FilePath, $"its text has {entry.ByteLength} bytes; more than {LongestText} are not accepted.", name);
        return JsonFile.Parse(file.FilePath, checkpoint.ReadBytes(name), json => Read(json, numbers, shape), name);
    }

    /// <summary>The settings as text, as Python's json module writes it. Where the offset is not known, as long as it can be at most.</summary>
    /// <param name="shape">The weight's shape.</param>
    internal byte[] ToText(Shape shape)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{{\"quant_type\": \"{NameOf(Format.Numbers!.Value)}\", \"blocksize\": {Format.BlockSize}, "
                + $"\"dtype\": \"{ElementTypes.NameOf(ElementType ?? WeightFormat.FullPrecision)}\"");
        text.Append(CultureInfo.InvariantCulture, $", \"shape\": [{string.Join(", ", shape.Dimensions.ToArray())}]");
        if (Format.DoubleQuantized)
            text.Append(
                CultureInfo.InvariantCulture,
                $", \"nested_blocksize\": {WeightFormat.NestedBlockSize}, \"nested_dtype\": \"{NumberType}\", \"nested_offset\": {OffsetText(Offset)}");
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>A number with the fewest digits that give it back in double precision, as Python writes it.</summary>
    private static string OffsetText(float? offset)
    {
        if (offset is not { } known)
            return new string('0', OffsetWidth);
        string text = ((double)known).ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny(".e") < 0 ? text + ".0" : text;
    }

    private static QuantizationState Read(JsonObject json, QuantizationFormat numbers, Shape shape)
    {
        string type = json.GetText("quant_type");
        if (FormatOf(type) != numbers)
            throw json.Error("quant_type", $"is '{Excerpt.Of(type)}'; the tensor's name says '{NameOf(numbers)}'.");
        int blockSize = json.GetInt("blocksize", 1);
        if (!WeightFormat.IsBlockSize(blockSize))
            throw json.Error("blocksize", $"is {blockSize}; a power of two from {NumberFormat.SmallestBlock} to {NumberFormat.LargestBlock} is needed.");
        CheckShape(json, shape);
        bool isDouble = json.Find("nested_blocksize") is not null;
        float offset = isDouble ? ReadNested(json) : 0;
        return new QuantizationState(WeightFormat.Of(numbers, blockSize, isDouble), offset, ReadElementType(json));
    }

    private static WeightFormat? ReadElementType(JsonObject json)
    {
        if (json.FindText("dtype") is not { } name)
            return null;
        return ElementTypes.Find(name) ?? throw json.Error("dtype", $"is '{Excerpt.Of(name)}'; 'float32', 'bfloat16' or 'float16' is needed.");
    }

    private static void CheckShape(JsonObject json, Shape shape)
    {
        JsonElement[] stated = [.. json.FindArray("shape") ?? throw json.Error("shape", "is missing.")];
        bool isEqual = stated.Length == shape.Dimensions.Length;
        for (int i = 0; isEqual && i < stated.Length; i++)
            isEqual = stated[i].ValueKind == JsonValueKind.Number && stated[i].TryGetInt32(out int length) && length == shape.Dimensions[i];
        if (!isEqual)
            throw json.Error("shape", $"is {Excerpt.Of(json.Get("shape").GetRawText())}; the model needs {shape}.");
    }

    private static float ReadNested(JsonObject json)
    {
        int nestedBlockSize = json.GetInt("nested_blocksize", 1);
        if (nestedBlockSize != WeightFormat.NestedBlockSize)
            throw json.Error("nested_blocksize", $"is {nestedBlockSize}; {WeightFormat.NestedBlockSize} is needed.");
        if (json.FindText("nested_dtype") is { } type && type != NumberType)
            throw json.Error("nested_dtype", $"is '{Excerpt.Of(type)}'; '{NumberType}' is needed.");
        JsonElement value = json.Get("nested_offset");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !float.IsFinite((float)number))
            throw json.Error("nested_offset", $"is {Excerpt.Of(value.GetRawText())}; a finite float32 number is needed.");
        return (float)number;
    }
}
