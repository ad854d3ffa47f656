using System.ComponentModel;
using ILGPU.Algorithms;

namespace AdapterToolkit.Kernels;

/// <summary>Arithmetic with four numbers side by side, for kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Quadruple
{
    /// <summary>Four numbers.</summary>
    /// <param name="x">The first.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    /// <param name="w">The fourth.</param>
    public static FourFloats Of(float x, float y, float z, float w)
    {
        FourFloats result = default;
        result.X = x;
        result.Y = y;
        result.Z = z;
        result.W = w;
        return result;
    }

    /// <summary>The same number four times.</summary>
    /// <param name="value">The number.</param>
    public static FourFloats Of(float value) => Of(value, value, value, value);

    /// <summary>factor · values + summands.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="values">The values.</param>
    /// <param name="summands">The summands.</param>
    public static FourFloats MultiplyAdd(float factor, FourFloats values, FourFloats summands) =>
        Of(summands.X + (factor * values.X), summands.Y + (factor * values.Y), summands.Z + (factor * values.Z), summands.W + (factor * values.W));

    /// <summary>values · factor.</summary>
    /// <param name="values">The values.</param>
    /// <param name="factor">The factor.</param>
    public static FourFloats Scale(FourFloats values, float factor) => Of(values.X * factor, values.Y * factor, values.Z * factor, values.W * factor);

    /// <summary>left · right, number by number.</summary>
    /// <param name="left">The left numbers.</param>
    /// <param name="right">The right numbers.</param>
    public static FourFloats Multiply(FourFloats left, FourFloats right) => Of(left.X * right.X, left.Y * right.Y, left.Z * right.Z, left.W * right.W);

    /// <summary>left + right, number by number.</summary>
    /// <param name="left">The left numbers.</param>
    /// <param name="right">The right numbers.</param>
    public static FourFloats Add(FourFloats left, FourFloats right) => Of(left.X + right.X, left.Y + right.Y, left.Z + right.Z, left.W + right.W);

    /// <summary>left - right, number by number.</summary>
    /// <param name="left">The left numbers.</param>
    /// <param name="right">The right numbers.</param>
    public static FourFloats Subtract(FourFloats left, FourFloats right) => Of(left.X - right.X, left.Y - right.Y, left.Z - right.Z, left.W - right.W);

    /// <summary>e to the power of each number.</summary>
    /// <param name="values">The exponents.</param>
    internal static FourFloats Exp(FourFloats values) => Of(XMath.Exp(values.X), XMath.Exp(values.Y), XMath.Exp(values.Z), XMath.Exp(values.W));

    /// <summary>The largest of the four.</summary>
    /// <param name="values">The numbers.</param>
    public static float Max(FourFloats values) => XMath.Max(XMath.Max(values.X, values.Y), XMath.Max(values.Z, values.W));

    /// <summary>The larger numbers.</summary>
    /// <param name="left">The left numbers.</param>
    /// <param name="right">The right numbers.</param>
    public static FourFloats Max(FourFloats left, FourFloats right) =>
        Of(XMath.Max(left.X, right.X), XMath.Max(left.Y, right.Y), XMath.Max(left.Z, right.Z), XMath.Max(left.W, right.W));

    /// <summary>The sum of the four.</summary>
    /// <param name="values">The numbers.</param>
    public static float Sum(FourFloats values) => (values.X + values.Y) + (values.Z + values.W);

    /// <summary>The first few of the numbers, and another in place of the rest.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="count">How many to keep, any whole number.</param>
    /// <param name="other">What stands for the rest.</param>
    public static FourFloats First(FourFloats values, int count, float other) =>
        Of(count > 0 ? values.X : other, count > 1 ? values.Y : other, count > 2 ? values.Z : other, count > 3 ? values.W : other);
}
