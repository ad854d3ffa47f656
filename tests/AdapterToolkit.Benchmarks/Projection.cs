using AdapterToolkit.Modules;

namespace AdapterToolkit.Benchmarks;

/// <summary>The projection of the measured models: frozen in four bits, with a low-rank adapter beside it.</summary>
[LowRank(8, Alpha = 16), Quantized(4)]
public sealed partial class Projection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
