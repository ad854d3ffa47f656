namespace AdapterToolkit.Tests.Support;

/// <summary>Compares float32 results with expected ones.</summary>
public static class Close
{
    /// <summary>Asserts |actual - expected| &lt;= tolerance · max|expected|, and says where the largest difference is.</summary>
    public static void Assert(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Xunit.Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        int worst = -1;
        double difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)expected[i]));
            double here = Math.Abs((double)actual[i] - expected[i]);
            if (here > difference || double.IsNaN(here))
            {
                difference = double.IsNaN(here) ? double.PositiveInfinity : here;
                worst = i;
            }
        }

        if (difference > tolerance * Math.Max(largest, float.Epsilon))
            Xunit.Assert.Fail($"{what}: element {worst} is {actual[worst]:G9}, expected {expected[worst]:G9}; "
                + $"the difference {difference:G3} is above {tolerance:G3} x {largest:G3}.");
    }
}
