namespace AdapterToolkit.Generators.Emission;

/// <summary>Powers of two, by which emitted code divides with a shift.</summary>
internal static class PowerOfTwo
{
    /// <summary>How far to shift to divide by a power of two.</summary>
    public static int Logarithm(int power)
    {
        int logarithm = 0;
        while (1 << logarithm < power)
            logarithm++;
        return logarithm;
    }
}
