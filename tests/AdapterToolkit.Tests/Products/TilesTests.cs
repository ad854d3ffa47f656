using AdapterToolkit.Kernels;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>Matrices are moved into tiles and back as their definition says, number by number.</summary>
public sealed class TilesTests
{
    /// <summary>Rows around the four and eight that are transposed at once, columns around four, and tiles that are wider than the rows.</summary>
    [Fact]
    public void A_tile_holds_its_rows_transposed_and_scaled_and_zeros_beyond_them()
    {
        foreach (int rows in (int[])[1, 3, 4, 7, 8, 9, 12, 15, 16, 21, 31, 32])
        {
            foreach (int columns in (int[])[1, 2, 3, 4, 5, 8, 11])
            {
                foreach (int lanes in (int[])[rows, rows + 5])
                    CheckPack(rows, columns, stride: columns + 3, lanes);
            }
        }
    }

    [Fact]
    public void What_is_taken_out_of_a_tile_is_what_was_put_in()
    {
        foreach (int rows in (int[])[1, 4, 6, 8, 13])
        {
            float[] source = Numbers(rows * 7), tile = new float[7 * 16], target = new float[rows * 7];
            Tiles.Pack(ref source[0], 7, rows, 7, ref tile[0], 16);
            Tiles.Unpack(ref tile[0], 16, ref target[0], 7, rows, 7);
            Assert.Equal(source, target);
        }
    }

    private static void CheckPack(int rows, int columns, int stride, int lanes)
    {
        const float Factor = 1.7f;
        const float Untouched = -99;
        float[] source = Numbers(rows * stride);
        float[] tile = new float[(columns * lanes) + 8];
        Array.Fill(tile, Untouched);

        Tiles.Pack(ref source[0], stride, rows, columns, ref tile[0], lanes, Factor);

        for (int column = 0; column < columns; column++)
        {
            for (int lane = 0; lane < lanes; lane++)
                Assert.Equal(lane < rows ? Factor * source[(lane * stride) + column] : 0, tile[(column * lanes) + lane]);
        }

        Assert.All(tile[(columns * lanes)..], number => Assert.Equal(Untouched, number));
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i + 1))];
}
