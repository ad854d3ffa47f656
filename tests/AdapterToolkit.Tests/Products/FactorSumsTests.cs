using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Kernels;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>What a kernel summed over rows comes into a factor's gradient as a plain loop brings it there, in every width, to the bit.</summary>
public sealed class FactorSumsTests
{
    private const float Factor = 1.7f;

    private delegate void Addition(ref float sums, int width, ref float gradient, nint stride, int ranks, int columns, float factor);

    public static TheoryData<int> Widths => [512, 256, 128];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Rows_are_added_as_by_a_plain_loop(int bits) =>
        Check(bits switch
        {
            512 => FactorSums.Add<Vector512<float>, VectorOperations512>,
            256 => FactorSums.Add<Vector256<float>, VectorOperations256>,
            _ => FactorSums.Add<Vector128<float>, VectorOperations128>,
        }, (rank, column, stride) => (rank * stride) + column, (ranks, columns) => (ranks, columns));

    [Fact]
    public void Turned_rows_are_added_as_by_a_plain_loop() =>
        Check(FactorSums.AddTransposed, (rank, column, stride) => (column * stride) + rank, (ranks, columns) => (columns, ranks));

    /// <summary>Adds to a gradient whose rows are some numbers wider than what is added, and compares all of it, the numbers between included.</summary>
    private static void Check(Addition add, Func<int, int, int, int> place, Func<int, int, (int Rows, int Columns)> shape)
    {
        Random random = new(5);
        for (int ranks = 1; ranks <= 9; ranks++)
        {
            for (int columns = 1; columns <= 50; columns++)
            {
                int width = columns + random.Next(3);
                (int rows, int numbers) = shape(ranks, columns);
                int stride = numbers + random.Next(3);
                float[] sums = Numbers(random, ranks * width);
                float[] expected = Numbers(random, rows * stride);
                float[] gradient = [.. expected];
                for (int rank = 0; rank < ranks; rank++)
                {
                    for (int column = 0; column < columns; column++)
                        expected[place(rank, column, stride)] += Factor * sums[(rank * width) + column];
                }

                add(ref sums[0], width, ref gradient[0], stride, ranks, columns, Factor);
                Assert.True(
                    MemoryMarshal.Cast<float, int>(gradient).SequenceEqual(MemoryMarshal.Cast<float, int>(expected)), $"{ranks} ranks, {columns} columns");
            }
        }
    }

    private static float[] Numbers(Random random, int count)
    {
        float[] numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
            number = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)));
        return numbers;
    }
}
