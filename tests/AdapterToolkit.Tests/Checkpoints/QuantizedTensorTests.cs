using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Quantization;
using AdapterToolkit.Tests.Support;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Weights in 4 bits as bitsandbytes stores them: read, written, and refused where something is wrong with them.</summary>
public sealed class QuantizedTensorTests : IDisposable
{
    private const string Weight = "model.layers.0.self_attn.q_proj.weight";
    private const string State = Weight + ".quant_state.bitsandbytes__nf4";

    private static readonly Shape s_shape = new(96, 64 * 3);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> FourBitCases =>
        [.. QuantizedFixture.Names.Where(name => name.StartsWith("nf4", StringComparison.Ordinal) || name.StartsWith("fp4", StringComparison.Ordinal))];

    public static TheoryData<string, bool> Formats => new() { { "nf4", true }, { "nf4", false }, { "fp4", true }, { "fp4", false } };

    public static TheoryData<string> Companions => [".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map"];

    public void Dispose() => _folder.Dispose();

    /// <summary>A checkpoint put together from a golden case's own tensors and the text that Python writes.</summary>
    [Theory]
    [MemberData(nameof(FourBitCases))]
    public void What_bitsandbytes_stores_is_read_bit_for_bit(string name)
    {
        using QuantizedFixture fixture = new(name);
        Shape shape = new([.. fixture.WeightShape.Select(length => (int)length)]);
        bool isNested = fixture.Format.DoubleQuantized;
        string type = fixture.Format.Numbers == QuantizationFormat.NF4 ? "nf4" : "fp4";
        string text = string.Create(CultureInfo.InvariantCulture, $$"""
            {"quant_type": "{{type}}", "blocksize": {{fixture.Format.BlockSize}}, "dtype": "bfloat16",
             "shape": [{{shape.Dimensions[0]}}, {{shape.Dimensions[1]}}]
            """);
        List<SafetensorsTensor> tensors =
        [
            SafetensorsTensor.OfBytes(Weight, SafetensorsType.U8, [fixture.Codes.Length, 1], fixture.Codes),
            SafetensorsTensor.OfFloats(Weight + ".quant_map", [16], fixture.Codebook),
        ];
        if (isNested)
        {
            text += string.Create(CultureInfo.InvariantCulture,
                $$""", "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": {{(double)fixture.NestedOffset:R}}""");
            tensors.Add(SafetensorsTensor.OfBytes(Weight + ".absmax", SafetensorsType.U8, [fixture.ScaleCodes.Length], fixture.ScaleCodes));
            tensors.Add(SafetensorsTensor.OfFloats(Weight + ".nested_absmax", [fixture.NestedMaxima.Length], fixture.NestedMaxima));
            tensors.Add(SafetensorsTensor.OfFloats(Weight + ".nested_quant_map", [256], fixture.NestedCodebook));
        }
        else
        {
            tensors.Add(SafetensorsTensor.OfFloats(Weight + ".absmax", [fixture.Maxima.Length], fixture.Maxima));
        }

        byte[] state = Encoding.UTF8.GetBytes(text + "}");
        tensors.Add(SafetensorsTensor.OfBytes($"{Weight}.quant_state.bitsandbytes__{type}", SafetensorsType.U8, [state.Length], state));

        using Checkpoint checkpoint = CheckpointOf(tensors);
        Assert.Equal(fixture.Format, QuantizedTensorReader.Check(checkpoint, Weight, shape));
        Assert.True(QuantizedTensorReader.TryRead(checkpoint, Weight, shape, out QuantizedValues? values));
        Assert.Equal(fixture.Format, values.Format);
        Assert.Equal(fixture.Codes, values.Codes);
        float[] decoded = new float[values.Elements];
        Quantizer.Dequantize(values, decoded);
        Assert.Equal(fixture.Dequantized, decoded);
        Assert.Equal(tensors.Select(tensor => tensor.Name).Where(tensor => tensor != Weight).Order(),
            QuantizedTensorReader.CompanionNames(checkpoint, Weight).Order());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_written_is_read_bit_for_bit(string type, bool isDouble)
    {
        WeightFormat format = type == "nf4" ? WeightFormat.NF4(64, isDouble) : WeightFormat.FP4(128, isDouble);
        QuantizedValues written = Quantizer.Quantize(Numbers(s_shape.Elements), format, Weight);
        using Checkpoint checkpoint = CheckpointOf(QuantizedTensorWriter.Tensors(Weight, s_shape, format, () => written));

        Assert.True(QuantizedTensorReader.TryRead(checkpoint, Weight, s_shape, out QuantizedValues? read));
        Assert.Equal(format, read.Format);
        Assert.Equal(written.Codes, read.Codes);
        Assert.Equal(written.Scales!.Maxima, read.Scales!.Maxima);
        Assert.Equal(written.Scales.Codes, read.Scales.Codes);
        Assert.Equal(written.Scales.NestedMaxima, read.Scales.NestedMaxima);
        Assert.Equal(written.Scales.Offset, read.Scales.Offset);
    }

    /// <summary>Of many weights that are written one after the other, each is fetched once, when its turn comes.</summary>
    [Fact]
    public void Weights_are_fetched_when_they_are_written()
    {
        WeightFormat format = WeightFormat.NF4();
        int fetched = 0;
        List<SafetensorsTensor> tensors = [.. Enumerable.Range(0, 3).SelectMany(i => QuantizedTensorWriter.Tensors($"layer.{i}.weight", s_shape, format, () =>
        {
            Assert.Equal(fetched, i);
            fetched++;
            return Quantizer.Quantize(Numbers(s_shape.Elements, seed: i), format, "w");
        }))];
        Assert.Equal(0, fetched);

        using Checkpoint checkpoint = CheckpointOf(tensors);

        Assert.Equal(3, fetched);
        Assert.True(QuantizedTensorReader.TryRead(checkpoint, "layer.2.weight", s_shape, out QuantizedValues? read));
        Assert.Equal(Quantizer.Quantize(Numbers(s_shape.Elements, seed: 2), format, "w").Codes, read.Codes);
    }

    [Fact]
    public void A_weight_of_an_odd_number_of_elements_has_a_last_byte_of_its_own()
    {
        Shape shape = new(63, 65);
        WeightFormat format = WeightFormat.NF4();
        QuantizedValues written = Quantizer.Quantize(Numbers(shape.Elements), format, Weight);
        using Checkpoint checkpoint = CheckpointOf(QuantizedTensorWriter.Tensors(Weight, shape, format, () => written));

        Assert.True(QuantizedTensorReader.TryRead(checkpoint, Weight, shape, out QuantizedValues? read));
        Assert.Equal(written.Codes, read.Codes);
    }

    [Fact]
    public void A_weight_that_is_not_quantized_is_left_to_the_ordinary_reader()
    {
        using Checkpoint checkpoint = CheckpointOf([SafetensorsTensor.OfFloats(Weight, [2, 2], new float[4])]);
        Assert.Null(QuantizedTensorReader.Check(checkpoint, Weight, new Shape(2, 2)));
        Assert.False(QuantizedTensorReader.TryRead(checkpoint, Weight, new Shape(2, 2), out QuantizedValues? values));
        Assert.Null(values);
        Assert.Empty(QuantizedTensorReader.CompanionNames(checkpoint, Weight));
    }

    [Theory]
    [MemberData(nameof(Companions))]
    public void A_missing_tensor_is_named(string suffix) => Refused(Without(Weight + suffix), Weight + suffix, "missing");

    [Fact]
    public void Missing_settings_are_named() => Refused(Without(State), Weight + ".absmax", "quant_state.bitsandbytes__nf4");

    [Fact]
    public void Missing_codes_are_named() => Refused(Without(Weight), Weight, "missing");

    [Theory]
    [InlineData("")]
    [InlineData(".absmax")]
    [InlineData(".quant_map")]
    [InlineData(".nested_absmax")]
    [InlineData(".nested_quant_map")]
    [InlineData(".quant_state.bitsandbytes__nf4")]
    public void A_tensor_of_another_type_is_refused(string suffix) =>
        Refused(Replaced(Weight + suffix, tensor =>
            SafetensorsTensor.OfBytes(tensor.Name, SafetensorsType.I64, tensor.Shape.AsSpan(), new byte[8 * tensor.Shape.Aggregate(1L, (a, b) => a * b)])),
            Weight + suffix, "I64");

    [Theory]
    [InlineData("")]
    [InlineData(".absmax")]
    [InlineData(".quant_map")]
    [InlineData(".nested_absmax")]
    [InlineData(".nested_quant_map")]
    public void A_tensor_of_another_length_is_refused(string suffix)
    {
        foreach (int difference in (int[])[-1, 1])
        {
            Refused(
                Replaced(Weight + suffix, tensor =>
                    SafetensorsTensor.OfBytes(tensor.Name, tensor.Type, [tensor.Shape[0] + difference],
                    new byte[(tensor.Shape[0] + difference) * (tensor.Type == SafetensorsType.F32 ? 4 : 1)])),
                Weight + suffix,
                "are needed");
        }
    }

    [Theory]
    [InlineData("""not JSON""", "not valid JSON")]
    [InlineData("""[1, 2]""", "JSON object")]
    [InlineData("""{"quant_type": "nf4" """, "not valid JSON")]
    [InlineData("\"\\ud800\"", "JSON object")]
    public void Settings_that_are_no_JSON_object_are_refused(string text, string expected) => Refused(WithState(text), State, expected);

    [Theory]
    [InlineData("quant_type", null, "'quant_type' is missing")]
    [InlineData("quant_type", "\"fp4\"", "'quant_type' is 'fp4'")]
    [InlineData("quant_type", "\"int8\"", "'quant_type' is 'int8'")]
    [InlineData("quant_type", "4", "'quant_type' is not a text")]
    [InlineData("quant_type", "\"\\ud800\"", "half of a surrogate pair")]
    [InlineData("blocksize", null, "'blocksize' is missing")]
    [InlineData("blocksize", "0", "'blocksize' is 0")]
    [InlineData("blocksize", "96", "'blocksize' is 96")]
    [InlineData("blocksize", "8192", "'blocksize' is 8192")]
    [InlineData("blocksize", "1e99", "'blocksize' is 1e99")]
    [InlineData("shape", null, "'shape' is missing")]
    [InlineData("shape", "[96]", "'shape' is [96]")]
    [InlineData("shape", "[192, 96]", "'shape' is [192, 96]")]
    [InlineData("shape", "[96, \"192\"]", "'shape' is")]
    [InlineData("shape", "18432", "'shape' is not an array")]
    [InlineData("nested_blocksize", "128", "'nested_blocksize' is 128")]
    [InlineData("nested_dtype", "\"float16\"", "'nested_dtype' is 'float16'")]
    [InlineData("nested_offset", null, "'nested_offset' is missing")]
    [InlineData("nested_offset", "1e60", "'nested_offset' is 1e60")]
    [InlineData("nested_offset", "\"0.1\"", "'nested_offset' is")]
    public void Unfit_settings_are_named(string key, string? value, string expected)
    {
        JsonObject settings = Settings();
        if (value is null)
            settings.Remove(key);
        else
            settings[key] = "#";
        Refused(WithState(settings.ToJsonString().Replace("\"#\"", value, StringComparison.Ordinal)), State, expected);
    }

    [Fact]
    public void Another_block_size_than_that_of_the_scales_is_refused()
    {
        JsonObject settings = Settings();
        settings["blocksize"] = 128;
        Refused(WithState(settings.ToJsonString()), Weight + ".absmax", "one scale for each 128 numbers");
    }

    [Fact]
    public void Settings_without_8_bit_scales_beside_8_bit_scales_are_refused()
    {
        JsonObject settings = Settings();
        settings.Remove("nested_blocksize");
        Refused(WithState(settings.ToJsonString()), Weight + ".absmax", "F32 is needed");
    }

    [Fact]
    public void Settings_of_two_formats_are_refused()
    {
        string other = Weight + ".quant_state.bitsandbytes__fp4";
        Refused([.. Whole(), SafetensorsTensor.OfBytes(other, SafetensorsType.U8, [2], "{}"u8.ToArray())], other, "contradicts");
    }

    [Fact]
    public void Codes_of_another_map_are_refused()
    {
        float[] map = Codebooks.NF4.ToArray();
        map[3] += 1e-4f;
        Refused(Replaced(Weight + ".quant_map", tensor => SafetensorsTensor.OfFloats(tensor.Name, [16], map)), Weight + ".quant_map", "code 3");
        float[] nested = Codebooks.Dynamic8.ToArray();
        nested[200] = float.NaN;
        Refused(Replaced(Weight + ".nested_quant_map", tensor => SafetensorsTensor.OfFloats(tensor.Name, [256], nested)), Weight + ".nested_quant_map",
            "code 200");
    }

    /// <summary>The map's values are computed where the checkpoint is made, and processors round them differently.</summary>
    [Fact]
    public void A_map_that_was_rounded_otherwise_is_accepted()
    {
        float[] nested = [.. Codebooks.Dynamic8.ToArray().Select(value => value == 0 ? 0 : MathF.BitIncrement(value))];
        using Checkpoint checkpoint = CheckpointOf(Replaced(Weight + ".nested_quant_map", tensor => SafetensorsTensor.OfFloats(tensor.Name, [256], nested)));
        Assert.True(QuantizedTensorReader.TryRead(checkpoint, Weight, s_shape, out _));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Scales_that_are_not_finite_are_refused(float damaged)
    {
        Refused(Replaced(Weight + ".nested_absmax", tensor => SafetensorsTensor.OfFloats(tensor.Name, [2], new[] { 1, damaged })), Weight + ".nested_absmax",
            "element 1");
        float[] maxima = new float[288];
        maxima[17] = damaged;
        QuantizedValues plain = Quantizer.Quantize(Numbers(s_shape.Elements), WeightFormat.NF4(doubleQuantized: false), Weight);
        Refused(
            Replaced(QuantizedTensorWriter.Tensors(Weight, s_shape, plain.Format, () => plain), Weight + ".absmax", tensor =>
                SafetensorsTensor.OfFloats(tensor.Name, [288], maxima)),
            Weight + ".absmax",
            "element 17");
    }

    [Theory]
    [InlineData("SCB")]
    [InlineData("weight_format")]
    public void The_format_of_Linear8bitLt_is_refused_by_name(string tensor)
    {
        string name = Weight[..^"weight".Length] + tensor;
        Refused([SafetensorsTensor.OfBytes(Weight, SafetensorsType.I8, [2, 2], new byte[4]), SafetensorsTensor.OfFloats(name, [2], new float[2])], name,
            "Linear8bitLt");
    }

    [Fact]
    public void Only_4_bits_have_a_place_in_such_a_checkpoint() =>
        Assert.Throws<ArgumentException>(() =>
            QuantizedTensorWriter.Tensors(Weight, s_shape, WeightFormat.Dynamic8(), () => throw new InvalidOperationException()));

    private static JsonObject Settings() => JsonNode.Parse("""
        {"quant_type": "nf4", "blocksize": 64, "dtype": "float32", "shape": [96, 192],
         "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": 0.125}
        """)!.AsObject();

    private static IReadOnlyList<SafetensorsTensor> Whole()
    {
        QuantizedValues values = Quantizer.Quantize(Numbers(s_shape.Elements), WeightFormat.NF4(), Weight);
        return QuantizedTensorWriter.Tensors(Weight, s_shape, values.Format, () => values);
    }

    private static List<SafetensorsTensor> Without(string name) => [.. Whole().Where(tensor => tensor.Name != name)];

    private static List<SafetensorsTensor> Replaced(string name, Func<SafetensorsTensor, SafetensorsTensor> replace) => Replaced(Whole(), name, replace);

    private static List<SafetensorsTensor> Replaced(IReadOnlyList<SafetensorsTensor> tensors, string name, Func<SafetensorsTensor, SafetensorsTensor> replace)
    {
        Assert.Single(tensors, tensor => tensor.Name == name);
        return [.. tensors.Select(tensor => tensor.Name == name ? replace(tensor) : tensor)];
    }

    private static List<SafetensorsTensor> WithState(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Replaced(State, tensor => SafetensorsTensor.OfBytes(tensor.Name, SafetensorsType.U8, [bytes.Length], bytes));
    }

    private static float[] Numbers(int count, int seed = 5)
    {
        float[] values = new float[count];
        new RandomSequence((ulong)seed).FillGaussian(values, 0.02);
        return values;
    }

    private void Refused(IReadOnlyList<SafetensorsTensor> tensors, string tensor, string expected)
    {
        using Checkpoint checkpoint = CheckpointOf(tensors);
        CheckpointException error = Assert.Throws<CheckpointException>(() => QuantizedTensorReader.TryRead(checkpoint, Weight, s_shape, out _));
        Assert.StartsWith(checkpoint.FilePath, error.Message, StringComparison.Ordinal);
        Assert.Equal(tensor, error.TensorName);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private Checkpoint CheckpointOf(IReadOnlyList<SafetensorsTensor> tensors)
    {
        SafetensorsWriter.Write(_folder[Checkpoint.SingleFileName], tensors);
        return Checkpoint.Open(_folder.Path);
    }
}
