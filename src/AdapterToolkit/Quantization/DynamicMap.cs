namespace AdapterToolkit.Quantization;

/// <summary>
/// The dynamic 8-bit map: seven decades, from 1e-7 to 1, whose number of values doubles from one to the next; each decade's
/// values are the middles of equal parts of it. Zero and one complete it.
/// </summary>
/// <remarks>
/// Dettmers, "8-Bit Approximations for Parallelism in Deep Learning", 2015; bitsandbytes' <c>create_dynamic_map</c>, whose
/// float32 rounding is reproduced.
/// </remarks>
internal static class DynamicMap
{
    private const int Decades = 7;

    /// <summary>The 256 values in rising order.</summary>
    /// <param name="isSigned">Whether half of the values are below zero; if not, each decade has twice as many.</param>
    internal static float[] Create(bool isSigned)
    {
        List<float> values = [0, 1];
        for (int decade = 0; decade < Decades; decade++)
        {
            int parts = isSigned ? 1 << decade : 2 << decade;
            float power = (float)Math.Pow(10, decade - (Decades - 1));
            for (int part = 0; part < parts; part++)
            {
                float middle = (Boundary(part, parts) + Boundary(part + 1, parts)) / 2;
                values.Add(power * middle);
                if (isSigned)
                    values.Add(-(power * middle));
            }
        }

        values.Sort();
        return [.. values];
    }

    /// <summary>0.1 + 0.9 · index / parts, counted from the nearer end and rounded once, as PyTorch's <c>linspace</c> does.</summary>
    private static float Boundary(int index, int parts)
    {
        const float start = 0.1f, end = 1;
        float step = (end - start) / parts;
        return index < (parts + 1) / 2
            ? MathF.FusedMultiplyAdd(step, index, start)
            : MathF.FusedMultiplyAdd(-step, parts - index, end);
    }
}
