using AdapterToolkit.Adapters;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>A layer with an adapter of rank 8: y = Wx + s·B(Ax).</summary>
[LowRank(Rank)]
public sealed partial class AdaptedLayer : Linear
{
    /// <summary>The rank.</summary>
    public const int Rank = 8;

    private AdaptedLayer(int inFeatures, int outFeatures)
        : base(inFeatures, outFeatures)
    {
    }

    /// <summary>The kernels that the generator wrote.</summary>
    public LinearKernels Products => KernelSets[0];

    /// <summary>A layer with a random weight, without adapter.</summary>
    /// <param name="device">The device.</param>
    /// <param name="inFeatures">Features of a row of the input.</param>
    /// <param name="outFeatures">Features of a row of the output.</param>
    public static AdaptedLayer Random(ComputeDevice device, int inFeatures, int outFeatures)
    {
        AdaptedLayer layer = new(inFeatures, outFeatures);
        layer.Weight.Load(device, RandomValues.Gaussian(inFeatures * outFeatures));
        return layer;
    }

    /// <summary>A layer whose weight is zero, without adapter: once merged, it is the matrix BA alone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="inFeatures">Features of a row of the input.</param>
    /// <param name="outFeatures">Features of a row of the output.</param>
    public static AdaptedLayer Zero(ComputeDevice device, int inFeatures, int outFeatures)
    {
        AdaptedLayer layer = new(inFeatures, outFeatures);
        layer.Weight.Load(device, new float[inFeatures * outFeatures]);
        return layer;
    }

    /// <summary>Gives the layer factors, both random, as training leaves them.</summary>
    /// <returns>The factors.</returns>
    public LowRankFactors AddFactors()
    {
        LowRankFactors factors = NewFactors();
        this.SetFactors(factors);
        return factors;
    }

    /// <summary>Makes factors for the layer, both random, which it does not run with yet.</summary>
    /// <returns>The factors.</returns>
    public LowRankFactors NewFactors() => new(Weight.Data.Device, CheckpointPath, LowRank, Rank, LowRank.Alpha,
        LowRank.RankStabilized, RandomValues.Gaussian(Rank * InFeatures), RandomValues.Gaussian(OutFeatures * Rank));
}
