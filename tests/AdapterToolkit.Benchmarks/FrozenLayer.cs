using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>A layer that never has an adapter: y = Wx.</summary>
[Frozen]
public sealed partial class FrozenLayer : Linear
{
    private FrozenLayer(int inFeatures, int outFeatures)
        : base(inFeatures, outFeatures)
    {
    }

    private FrozenLayer(FrozenWeight shared)
        : base(shared.Shape.Columns, shared.Shape.Rows) => Weight = shared;

    /// <summary>The kernels that the generator wrote.</summary>
    public LinearKernels Products => KernelSets[0];

    /// <summary>A layer with a random weight.</summary>
    /// <param name="device">The device.</param>
    /// <param name="inFeatures">Features of a row of the input.</param>
    /// <param name="outFeatures">Features of a row of the output.</param>
    public static FrozenLayer Random(ComputeDevice device, int inFeatures, int outFeatures)
    {
        FrozenLayer layer = new(inFeatures, outFeatures);
        layer.Weight.Load(device, RandomValues.Gaussian(inFeatures * outFeatures));
        return layer;
    }

    /// <summary>A layer whose weight is another layer's, so that both read the same memory.</summary>
    /// <param name="weight">The weight.</param>
    public static FrozenLayer Sharing(FrozenWeight weight) => new(weight);
}
