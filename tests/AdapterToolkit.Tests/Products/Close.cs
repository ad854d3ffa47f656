using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>Compares float32 results with what they should be.</summary>
internal static class Close
{
    /// <summary>Checks that no number is farther off than a share of the largest expected one.</summary>
    public static void Check(double[] expected, float[] actual, string name, ProductOperands operands, double tolerance = 2e-5) =>
        Check(expected, actual, $"{name} of {operands.Rows} x {operands.InFeatures} x {operands.OutFeatures}, rank {operands.Rank}", tolerance);

    /// <inheritdoc cref="Check(double[], float[], string, ProductOperands, double)"/>
    public static void Check(double[] expected, float[] actual, string name, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = Math.Max(1e-3, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * largest))
                Assert.Fail($"{name}: number {i} of {expected.Length} is {actual[i]}, but should be {expected[i]} (the largest is {largest}).");
        }
    }
}
