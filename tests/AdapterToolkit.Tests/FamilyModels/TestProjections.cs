using AdapterToolkit.Modules;

namespace AdapterToolkit.Tests.FamilyModels;

/// <summary>A projection in float32 with an adapter of rank 4.</summary>
[LowRank(4)]
public sealed partial class DenseProjection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>A projection that never has an adapter.</summary>
[Frozen]
public sealed partial class FrozenProjection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>A projection whose author says how it is made, with the dimensions in another order.</summary>
[LowRank(8, Alpha = 16), Quantized(4)]
public sealed partial class HandMadeProjection : Linear, ILinear<HandMadeProjection>
{
    private HandMadeProjection(int outFeatures, int inFeatures, bool bias)
        : base(inFeatures, outFeatures, bias)
    {
    }

    public static HandMadeProjection Create(int inFeatures, int outFeatures, bool bias = false) => new(outFeatures, inFeatures, bias);
}
