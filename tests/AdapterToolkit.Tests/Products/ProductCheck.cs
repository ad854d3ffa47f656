using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>Compares float32 results with what they should be.</summary>
internal static class ProductCheck
{
    /// <summary>Checks that no number is farther off than rounding explains, where operands are of the size of 1.</summary>
    public static void Check(double[] expected, float[] actual, string name, ProductOperands operands) =>
        Check(expected, actual, $"{name} of {operands.Rows} x {operands.InFeatures} x {operands.OutFeatures}, rank {operands.Rank}",
            2e-5 * Math.Max(1, expected.Max(Math.Abs)));

    /// <summary>Checks that no number is farther off than allowed.</summary>
    public static void Check(double[] expected, float[] actual, string name, double allowed)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= allowed))
                Assert.Fail($"{name}: number {i} of {expected.Length} is {actual[i]}, but should be {expected[i]}, at most {allowed} off.");
        }
    }
}
