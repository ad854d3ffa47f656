using System.Numerics;

namespace AdapterToolkit.Tensors;

/// <summary>
/// A sequence of pseudo-random bits that is the same for the same seed on every machine and in every version.
/// </summary>
/// <remarks>xoshiro256**, seeded by SplitMix64 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2018).</remarks>
public sealed class RandomSequence
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">The seed.</param>
    public RandomSequence(ulong seed)
    {
        _s0 = Mix(ref seed);
        _s1 = Mix(ref seed);
        _s2 = Mix(ref seed);
        _s3 = Mix(ref seed);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 up to, but not including, a bound; each is equally likely.</summary>
    /// <param name="bound">The bound, positive.</param>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        // Numbers of the last, partial run of the bound would favour the small ones.
        ulong limit = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong bits;
        do
            bits = NextBits();
        while (bits >= limit);
        return (int)(bits % (ulong)bound);
    }

    /// <summary>Fills with Gaussian numbers of mean zero.</summary>
    /// <remarks>
    /// The transformation of Box and Muller, 1958. It takes the system's logarithm, sine and cosine, whose last bit may differ between operating systems.
    /// </remarks>
    /// <param name="values">What to fill.</param>
    /// <param name="standardDeviation">The standard deviation.</param>
    public void FillGaussian(Span<float> values, double standardDeviation)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = standardDeviation * Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
            double angle = 2 * Math.PI * NextDouble();
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * Math.Sin(angle));
        }
    }

    /// <summary>Puts items in random order.</summary>
    /// <remarks>The shuffle of Fisher and Yates, in Durstenfeld's form, 1964.</remarks>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = NextInt(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private static ulong Mix(ref ulong seed)
    {
        ulong mixed = seed += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
