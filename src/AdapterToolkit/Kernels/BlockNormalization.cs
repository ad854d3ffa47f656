using System.ComponentModel;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Brings a block's numbers to [-1, 1], as bitsandbytes does: a number is multiplied by the reciprocal of the block's
/// largest magnitude. Where that is so small that its reciprocal is infinite, both are multiplied by a power of two before.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BlockNormalization
{
    /// <summary>2⁶⁴, which lifts the smallest denormal number to where reciprocals are finite.</summary>
    private const float Lift = 18446744073709551616f;

    /// <summary>Prepares the factors.</summary>
    /// <param name="largest">The block's largest magnitude; zero for a block of zeros, which stay zeros.</param>
    public BlockNormalization(float largest)
    {
        float reciprocal = 1 / largest;
        bool isTiny = float.IsInfinity(reciprocal);
        First = isTiny ? Lift : 1;
        Second = largest == 0 ? 0 : isTiny ? 1 / (largest * Lift) : reciprocal;
    }

    /// <summary>What a number is multiplied by first: one or a power of two.</summary>
    public float First { get; }

    /// <summary>What it is multiplied by then.</summary>
    public float Second { get; }

    /// <summary>A number of the block in [-1, 1], to rounding.</summary>
    /// <param name="value">The number.</param>
    public float Apply(float value) => value * First * Second;

    /// <summary>The factors of many blocks, for kernels: two numbers a block.</summary>
    /// <param name="maxima">The blocks' largest magnitudes.</param>
    internal static float[] Factors(ReadOnlySpan<float> maxima)
    {
        float[] factors = new float[2 * maxima.Length];
        for (int block = 0; block < maxima.Length; block++)
        {
            BlockNormalization normalization = new(maxima[block]);
            factors[2 * block] = normalization.First;
            factors[(2 * block) + 1] = normalization.Second;
        }

        return factors;
    }
}
