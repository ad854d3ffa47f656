using AdapterToolkit;
using AdapterToolkit.Modules;

namespace AdapterModel1;

/// <summary>A projection of attention or of the feed-forward network: frozen in four bits, with a low-rank adapter beside it.</summary>
/// <param name="inFeatures">Features of its input.</param>
/// <param name="outFeatures">Features of its output.</param>
/// <param name="bias">Whether it adds a bias.</param>
[LowRank(8, Alpha = 16), Quantized(4)]
public sealed partial class Projection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
