using AdapterToolkit.Tensors;
using Xunit;

namespace AdapterToolkit.Tests.Tensors;

public sealed class FiniteNumbersTests
{
    public static TheoryData<float> NotFinite =>
        [float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, BitConverter.Int32BitsToSingle(0x7F800001)];

    [Theory]
    [MemberData(nameof(NotFinite))]
    public void One_number_that_is_not_finite_is_found_wherever_it_stands(float value)
    {
        for (int length = 1; length < 70; length += 3)
        {
            float[] values = new float[length];
            for (int place = 0; place < length; place++)
            {
                Array.Fill(values, -float.MaxValue);
                values[place] = value;

                Assert.False(FiniteNumbers.AreAll(values));
                Assert.StartsWith($"its number {place} is ", FiniteNumbers.Problem(values), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_largest_and_smallest_numbers_are_finite()
    {
        float[] values = [.. Enumerable.Range(0, 67).Select(i =>
            (i % 5) switch { 0 => float.MaxValue, 1 => float.MinValue, 2 => float.Epsilon, 3 => -0f, _ => 1f })];
        Assert.True(FiniteNumbers.AreAll(values));
        Assert.Null(FiniteNumbers.Problem(values));
        Assert.True(FiniteNumbers.AreAll([]));
    }
}
