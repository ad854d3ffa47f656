using System.Globalization;
using AdapterToolkit.Formats;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>A golden case of one tensor that bitsandbytes quantized: its numbers, settings, codes and scales.</summary>
internal sealed class QuantizedFixture : IDisposable
{
    private readonly SafetensorsFile _file;

    public QuantizedFixture(string name) => _file = SafetensorsFile.Open(Fixtures.PathOf("quantized", name));

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => Fixtures.Files("quantized", "*.safetensors").Select(path => Path.GetFileName(path));

    public WeightFormat Format => _file.Metadata["quant_type"] switch
    {
        "nf4" => WeightFormat.NF4(BlockSize, IsNested),
        "fp4" => WeightFormat.FP4(BlockSize, IsNested),
        "dynamic8" => WeightFormat.Dynamic8(BlockSize),
        string other => throw new InvalidDataException($"The golden case has the unknown format '{other}'."),
    };

    public float[] Weight => _file.ReadFloat32("W");

    public IReadOnlyList<long> WeightShape => _file.GetEntry("W").Shape;

    public float[] Codebook => _file.ReadFloat32("code");

    public float[] Dequantized => _file.ReadFloat32("dequantized");

    public byte[] Codes => _file.ReadBytes(_file.Contains("packed") ? "packed" : "quantized");

    public float[] Maxima => _file.ReadFloat32("absmax");

    public byte[] ScaleCodes => _file.ReadBytes("absmax_quantized");

    public float[] NestedCodebook => _file.ReadFloat32("nested_code");

    public float[] NestedMaxima => _file.ReadFloat32("nested_absmax");

    public float NestedOffset => _file.ReadFloat32("nested_offset").Single();

    private int BlockSize => int.Parse(_file.Metadata["blocksize"], CultureInfo.InvariantCulture);

    private bool IsNested => _file.Metadata.TryGetValue("nested", out string? nested) && bool.Parse(nested);

    public void Dispose() => _file.Dispose();
}
