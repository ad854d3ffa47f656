using AdapterToolkit.Modules;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>NF4 as it is by default, with an adapter of rank 8: the layer of QLoRA.</summary>
[LowRank(8), Quantized(4)]
public sealed partial class Nf4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>NF4 with scales in float32, frozen.</summary>
[Quantized(4, DoubleQuantized = false)]
public sealed partial class PlainNf4Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>NF4 in larger blocks.</summary>
[LowRank(4), Quantized(4, BlockSize = 128)]
public sealed partial class Nf4Block128Layer(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

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
