using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>
/// The factors that an adapter gives to one layer: A (rank x in) and B (out x rank), which train, and the scaling s of
/// their term s·B(Ax). They are as large as the layer was compiled for; an adapter of lower rank is filled up with zeros,
/// which stay zero in training since the gradient of each factor has the other one as a factor.
/// </summary>
public sealed class LowRankFactors : IDisposable
{
    /// <summary>How A is called after its layer's name.</summary>
    internal const string SuffixA = ".lora_A.weight";

    /// <summary>How B is called after its layer's name.</summary>
    internal const string SuffixB = ".lora_B.weight";

    /// <summary>Puts factors on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">The layer's name in the checkpoint.</param>
    /// <param name="settings">What the layer was compiled for.</param>
    /// <param name="rank">The adapter's own rank, at most the compiled one.</param>
    /// <param name="alpha">The adapter's own alpha.</param>
    /// <param name="rankStabilized">Whether the adapter is rank-stabilized.</param>
    /// <param name="a">A, rank x in, of the adapter's own rank.</param>
    /// <param name="b">B, out x rank, of the adapter's own rank.</param>
    /// <exception cref="ArgumentException">The rank is above the compiled one, or the factors do not have its size.</exception>
    public LowRankFactors(ComputeDevice device, string name, LowRankSettings settings, int rank, double alpha, bool rankStabilized,
        ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        if (rank > settings.Rank)
            throw new ArgumentException($"The adapter of layer '{name}' has rank {rank}, but the layer was compiled for rank {settings.Rank}. "
                + $"Mark its class [LowRank({rank})] or higher.", nameof(rank));
        if (a.Length % rank != 0 || b.Length % rank != 0)
            throw new ArgumentException($"The factors of layer '{name}' hold {a.Length} and {b.Length} numbers, which rank {rank} does not divide.", nameof(a));
        int inFeatures = a.Length / rank;
        int outFeatures = b.Length / rank;
        Rank = rank;
        Alpha = alpha;
        RankStabilized = rankStabilized;
        Scaling = LowRankSettings.ScalingOf(rank, alpha, rankStabilized);
        float[] paddedA = new float[settings.Rank * inFeatures];
        a.CopyTo(paddedA);
        float[] paddedB = new float[outFeatures * settings.Rank];
        for (int row = 0; row < outFeatures; row++)
            b.Slice(row * rank, rank).CopyTo(paddedB.AsSpan(row * settings.Rank));
        using PlannedCall call = new();
        A = new Parameter(Tensor.From(device, new Shape(settings.Rank, inFeatures), paddedA), name + SuffixA) { SavedElements = a.Length };
        B = new Parameter(Tensor.From(device, new Shape(outFeatures, settings.Rank), paddedB), name + SuffixB) { SavedElements = b.Length };
        call.Complete();
    }

    /// <summary>The adapter's own rank.</summary>
    public int Rank { get; }

    /// <summary>The adapter's own alpha.</summary>
    public double Alpha { get; }

    /// <summary>Whether the scaling is alpha / sqrt(rank).</summary>
    public bool RankStabilized { get; }

    /// <summary>The scaling s.</summary>
    public float Scaling { get; }

    /// <summary>A: compiled rank x in.</summary>
    public Parameter A { get; }

    /// <summary>B: out x compiled rank.</summary>
    public Parameter B { get; }

    /// <summary>A at the adapter's own rank: rank x in, row-major.</summary>
    public float[] SavedA() => A.Value.ToArray()[..A.SavedElements];

    /// <summary>B at the adapter's own rank: out x rank, row-major.</summary>
    public float[] SavedB()
    {
        float[] padded = B.Value.ToArray();
        int compiledRank = B.Value.Columns;
        float[] saved = new float[B.SavedElements];
        for (int row = 0; row < B.Value.Rows; row++)
            padded.AsSpan(row * compiledRank, Rank).CopyTo(saved.AsSpan(row * Rank));
        return saved;
    }

    /// <summary>Gives the memory of the factors and their gradients back.</summary>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
