namespace AdapterToolkit.Tests.Support;

/// <summary>Compares a gradient with central finite differences.</summary>
public static class FiniteDifferences
{
    /// <summary>Asserts that a gradient is the derivative of a function at a point, element by element.</summary>
    /// <param name="function">The function. It must be evaluated so that its own rounding is small against the tolerance.</param>
    /// <param name="point">The point.</param>
    /// <param name="gradient">The gradient that is claimed.</param>
    /// <param name="what">A name for the message.</param>
    /// <param name="step">Half the distance of the two points on each axis.</param>
    /// <param name="tolerance">The difference allowed, relative to the largest element of the gradient.</param>
    public static void Assert(
        Func<float[], double> function, ReadOnlySpan<float> point, ReadOnlySpan<float> gradient, string what, float step = 1e-2f, double tolerance = 1e-2)
    {
        Xunit.Assert.Equal(point.Length, gradient.Length);
        float[] moved = point.ToArray();
        float[] differences = new float[point.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            float up = point[i] + step, down = point[i] - step;
            moved[i] = up;
            double above = function(moved);
            moved[i] = down;
            double below = function(moved);
            moved[i] = point[i];
            differences[i] = (float)((above - below) / ((double)up - down));
        }

        Close.Assert(differences, gradient, tolerance, what);
    }
}
