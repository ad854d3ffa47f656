namespace AdapterToolkit.Operators;

/// <summary>The frequencies of the rotary embedding, as the transformers library computes them: in float32.</summary>
public static class RotaryFrequencies
{
    /// <summary>The frequency of each pair i of a head's features: base^(-2i / head's features), scaled as Llama 3 does where asked for.</summary>
    /// <param name="headDim">Features of one attention head: an even number.</param>
    /// <param name="rotaryBase">The base (rope_theta).</param>
    /// <param name="scaling">Llama 3's scaling; null for none.</param>
    /// <returns>Radians a position, half as many as a head has features.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The head's features are not a positive even number, or the base is not positive.</exception>
    public static double[] Compute(int headDim, double rotaryBase, RotaryScaling? scaling)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headDim);
        ArgumentOutOfRangeException.ThrowIfNotEqual(headDim % 2, 0, nameof(headDim));
        if (!(rotaryBase > 0))
            throw new ArgumentOutOfRangeException(nameof(rotaryBase), rotaryBase, "The base of the rotary embedding is a positive number.");
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            float frequency = 1 / (float)Math.Pow(rotaryBase, (float)(2 * i) / headDim);
            frequencies[i] = scaling is null ? frequency : Scale(frequency, scaling);
        }

        return frequencies;
    }

    /// <summary>
    /// Leaves frequencies with short wavelengths, divides those with long ones by the factor, and blends between them; see
    /// <see cref="RotaryScaling"/> for the formula.
    /// </summary>
    private static float Scale(float frequency, RotaryScaling scaling)
    {
        float wavelength = (float)(2 * Math.PI) / frequency;
        if (wavelength < scaling.OriginalMaxPositions / scaling.HighFrequencyFactor)
            return frequency;
        float divided = frequency / (float)scaling.Factor;
        if (wavelength > scaling.OriginalMaxPositions / scaling.LowFrequencyFactor)
            return divided;
        float share = ((scaling.OriginalMaxPositions / wavelength) - (float)scaling.LowFrequencyFactor)
            / (float)(scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - share) * divided) + (share * frequency);
    }
}
