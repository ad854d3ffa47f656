using AdapterToolkit.Modules;

namespace AdapterToolkit.Tests.Support;

/// <summary>The projection of the Llamas that the tests load: frozen in four bits, with a low-rank adapter beside it.</summary>
[LowRank(8, Alpha = 16), Quantized(4)]
public sealed partial class Projection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
