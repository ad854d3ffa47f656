using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Optimizers;

/// <summary>The step of AdamW with moments in 8 bits.</summary>
internal static class AdamWEightBitKernels
{
    private const int BlockSize = EightBitMoment.BlockSize;
    private const int Values = EightBitMaps.Values;

    /// <summary>The most threads that a group may have; their number is a power of two.</summary>
    private const int MaximumThreads = 256;

    /// <summary>Where a largest magnitude has an infinite reciprocal, up to 2⁻¹²⁸, it and its block are multiplied by 2⁶⁴ first.</summary>
    private const float Tiny = 2.9387359e-39f, Lift = 18446744073709551616f;

    /// <summary>
    /// m = map(code) · scale and likewise v; m ← m + (1 - β₁) (g - m); v ← β₂ v + (1 - β₂) g²;
    /// w ← (1 - η λ) w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε); scale ← max |m|; code ← nearest(m / scale). One group a
    /// block of 256 numbers, which share the scales.
    /// </summary>
    /// <param name="value">w.</param>
    /// <param name="gradient">g, before it is multiplied by its factor.</param>
    /// <param name="firstCodes">The codes of m.</param>
    /// <param name="firstScales">The scales of m, one a block.</param>
    /// <param name="secondCodes">The codes of v.</param>
    /// <param name="secondScales">The scales of v, one a block.</param>
    /// <param name="maps">The values of m's map, the points between them, and the same of v's map; 256 numbers each.</param>
    /// <param name="coefficients">What the step multiplies by.</param>
    [Kernel]
    public static void Update(
        ArrayView<float> value,
        ArrayView<float> gradient,
        ArrayView<byte> firstCodes,
        ArrayView<float> firstScales,
        ArrayView<byte> secondCodes,
        ArrayView<float> secondScales,
        ArrayView<float> maps,
        AdamWCoefficients coefficients)
    {
        ArrayView<float> firstNumbers = SharedMemory.Allocate<float>(BlockSize);
        ArrayView<float> secondNumbers = SharedMemory.Allocate<float>(BlockSize);
        ArrayView<float> firstLargest = SharedMemory.Allocate<float>(MaximumThreads);
        ArrayView<float> secondLargest = SharedMemory.Allocate<float>(MaximumThreads);
        int start = Grid.IdxX * BlockSize;
        float firstScale = firstScales[Grid.IdxX], secondScale = secondScales[Grid.IdxX];
        float largestM = 0, largestV = 0;
        for (int i = Group.IdxX; i < BlockSize; i += Group.DimX)
        {
            int index = start + i;
            float m = 0, v = 0;
            if (index < value.IntLength)
            {
                m = maps[(int)firstCodes[index]] * firstScale;
                v = maps[(2 * Values) + (int)secondCodes[index]] * secondScale;
                float g = gradient[index] * coefficients.GradientFactor;
                m += coefficients.FirstShare * (g - m);
                v = (coefficients.Beta2 * v) + (coefficients.SecondShare * (g * g));
                float denominator = (XMath.Sqrt(v) / coefficients.SecondBias) + coefficients.Epsilon;
                value[index] = (coefficients.Decay * value[index]) - (coefficients.StepSize * (m / denominator));
            }

            firstNumbers[i] = m;
            secondNumbers[i] = v;
            largestM = XMath.Max(largestM, XMath.Abs(m));
            largestV = XMath.Max(largestV, v);
        }

        firstLargest[Group.IdxX] = largestM;
        secondLargest[Group.IdxX] = largestV;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                firstLargest[Group.IdxX] = XMath.Max(firstLargest[Group.IdxX], firstLargest[Group.IdxX + half]);
                secondLargest[Group.IdxX] = XMath.Max(secondLargest[Group.IdxX], secondLargest[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        firstScale = firstLargest[0];
        secondScale = secondLargest[0];
        for (int i = Group.IdxX; i < BlockSize; i += Group.DimX)
        {
            if (start + i < value.IntLength)
            {
                firstCodes[start + i] = Encode(firstNumbers[i], firstScale, maps, Values);
                secondCodes[start + i] = Encode(secondNumbers[i], secondScale, maps, 3 * Values);
            }
        }

        if (Group.IdxX == 0)
        {
            firstScales[Grid.IdxX] = firstScale;
            secondScales[Grid.IdxX] = secondScale;
        }
    }

    /// <summary>The code of a number in a block of a scale.</summary>
    private static byte Encode(float number, float scale, ArrayView<float> maps, int points)
    {
        float lift = scale <= Tiny ? Lift : 1;
        float reciprocal = scale > 0 ? 1 / (scale * lift) : 0;
        return (byte)Nearest(number * lift * reciprocal, maps, points);
    }

    /// <summary>How many of a map's points are below a number, by halving: the code of the nearest value.</summary>
    private static int Nearest(float number, ArrayView<float> maps, int points)
    {
        int code = 0;
        for (int step = Values / 2; step > 0; step /= 2)
        {
            if (maps[points + code + step - 1] < number)
                code += step;
        }

        return code;
    }
}
