using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>The layers of these tests, one a format.</summary>
internal static class QuantizedLayers
{
    private static readonly Dictionary<string, Func<int, int, bool, Linear>> s_layers = new()
    {
        [nameof(Nf4Layer)] = (inFeatures, outFeatures, bias) => new Nf4Layer(inFeatures, outFeatures, bias),
        [nameof(PlainNf4Layer)] = (inFeatures, outFeatures, bias) => new PlainNf4Layer(inFeatures, outFeatures, bias),
        [nameof(Nf4Block128Layer)] = (inFeatures, outFeatures, bias) => new Nf4Block128Layer(inFeatures, outFeatures, bias),
        [nameof(PlainNf4Block256Layer)] = (inFeatures, outFeatures, bias) => new PlainNf4Block256Layer(inFeatures, outFeatures, bias),
        [nameof(Fp4Layer)] = (inFeatures, outFeatures, bias) => new Fp4Layer(inFeatures, outFeatures, bias),
        [nameof(PlainFp4Layer)] = (inFeatures, outFeatures, bias) => new PlainFp4Layer(inFeatures, outFeatures, bias),
        [nameof(Dynamic8Layer)] = (inFeatures, outFeatures, bias) => new Dynamic8Layer(inFeatures, outFeatures, bias),
        [nameof(BFloat16Layer)] = (inFeatures, outFeatures, bias) => new BFloat16Layer(inFeatures, outFeatures, bias),
        [nameof(Float16Layer)] = (inFeatures, outFeatures, bias) => new Float16Layer(inFeatures, outFeatures, bias),
    };

    /// <summary>The names of all layers.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_layers.Keys];

    /// <summary>Makes a layer by its name.</summary>
    public static Linear Create(string name, int inFeatures, int outFeatures, bool bias = false) => s_layers[name](inFeatures, outFeatures, bias);

    /// <summary>Makes a layer by its format; null where there is none.</summary>
    public static Linear? WithFormat(WeightFormat format, int inFeatures, int outFeatures) =>
        Names.Select(name => Create(name, inFeatures, outFeatures)).FirstOrDefault(layer => layer.MarkedFormat == format);
}

/// <summary>NF4 as it is by default, with an adapter of rank 8: the layer of QLoRA.</summary>
[LowRank(8), Quantized(4)]
public sealed partial class Nf4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>NF4 with scales in float32, frozen.</summary>
[Quantized(4, DoubleQuantized = false)]
public sealed partial class PlainNf4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>NF4 in larger blocks.</summary>
[LowRank(4), Quantized(4, BlockSize = 128)]
public sealed partial class Nf4Block128Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>NF4 in large blocks with scales in float32, frozen.</summary>
[Quantized(4, BlockSize = 256, DoubleQuantized = false)]
public sealed partial class PlainNf4Block256Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>FP4 with scales in float32, frozen.</summary>
[Quantized(4, Format = QuantizationFormat.FP4, DoubleQuantized = false)]
public sealed partial class PlainFp4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>FP4.</summary>
[LowRank(3), Quantized(4, Format = QuantizationFormat.FP4, BlockSize = 32)]
public sealed partial class Fp4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>8 bits.</summary>
[LowRank(8), Quantized(8)]
public sealed partial class Dynamic8Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>Bfloat16.</summary>
[LowRank(8), Quantized(16)]
public sealed partial class BFloat16Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>Half precision, frozen.</summary>
[Quantized(16, Format = QuantizationFormat.Float16)]
public sealed partial class Float16Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
