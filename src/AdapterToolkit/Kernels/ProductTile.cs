using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Four rows of four numbers that a thread keeps in registers. Kernels pass it by value: each number is a variable of its own
/// in the compiled code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public struct ProductTile
{
    /// <summary>The first row.</summary>
    public FourFloats Row0;

    /// <summary>The second row.</summary>
    public FourFloats Row1;

    /// <summary>The third row.</summary>
    public FourFloats Row2;

    /// <summary>The fourth row.</summary>
    public FourFloats Row3;

    /// <summary>tile[i, j] + left[i] · right[j].</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="left">One number for each row.</param>
    /// <param name="right">One number for each column.</param>
    public static ProductTile MultiplyAdd(ProductTile tile, FourFloats left, FourFloats right)
    {
        tile.Row0 = Quadruple.MultiplyAdd(left.X, right, tile.Row0);
        tile.Row1 = Quadruple.MultiplyAdd(left.Y, right, tile.Row1);
        tile.Row2 = Quadruple.MultiplyAdd(left.Z, right, tile.Row2);
        tile.Row3 = Quadruple.MultiplyAdd(left.W, right, tile.Row3);
        return tile;
    }

    /// <summary>tile[i, j] · factors[i].</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="factors">One number for each row.</param>
    internal static ProductTile ScaleRows(ProductTile tile, FourFloats factors)
    {
        tile.Row0 = Quadruple.Scale(tile.Row0, factors.X);
        tile.Row1 = Quadruple.Scale(tile.Row1, factors.Y);
        tile.Row2 = Quadruple.Scale(tile.Row2, factors.Z);
        tile.Row3 = Quadruple.Scale(tile.Row3, factors.W);
        return tile;
    }

    /// <summary>The rows as columns.</summary>
    /// <param name="tile">The tile.</param>
    internal static ProductTile Transpose(ProductTile tile) => new()
    {
        Row0 = Quadruple.Of(tile.Row0.X, tile.Row1.X, tile.Row2.X, tile.Row3.X),
        Row1 = Quadruple.Of(tile.Row0.Y, tile.Row1.Y, tile.Row2.Y, tile.Row3.Y),
        Row2 = Quadruple.Of(tile.Row0.Z, tile.Row1.Z, tile.Row2.Z, tile.Row3.Z),
        Row3 = Quadruple.Of(tile.Row0.W, tile.Row1.W, tile.Row2.W, tile.Row3.W),
    };
}
