using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The rotary embedding: one thread a pair of features.</summary>
internal static class RotaryKernels
{
    /// <summary>y[i] = x[i] cos - x[i + half] sin, y[i + half] = x[i + half] cos + x[i] sin.</summary>
    /// <param name="x">The rows: rows x (heads · 2 · half).</param>
    /// <param name="cosines">The cosines: positions x half.</param>
    /// <param name="sines">The sines: positions x half.</param>
    /// <param name="positions">The position of each row.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="half">Pairs of a head.</param>
    /// <param name="direction">1 to turn by the angle, -1 to turn back.</param>
    /// <param name="result">Receives y.</param>
    [Kernel]
    public static void Rotate(
        ArrayView<float> x,
        ArrayView<float> cosines,
        ArrayView<float> sines,
        ArrayView<int> positions,
        int heads,
        int half,
        float direction,
        ArrayView<float> result)
    {
        int pair = Grid.GlobalIndex.X;
        if (2 * pair >= result.IntLength)
            return;
        int head = pair / half;
        int i = pair % half;
        int angle = (positions[head / heads] * half) + i;
        int low = (head * 2 * half) + i;
        float cosine = cosines[angle], sine = direction * sines[angle];
        float first = x[low], second = x[low + half];
        result[low] = (first * cosine) - (second * sine);
        result[low + half] = (second * cosine) + (first * sine);
    }
}
