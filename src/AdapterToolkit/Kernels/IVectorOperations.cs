using System.ComponentModel;

namespace AdapterToolkit.Kernels;

/// <summary>
/// What a kernel does with vectors of float32, so that it is written once for every width: a method with a type parameter
/// that implements this is compiled for each width on its own, and every call below becomes one or a few instructions.
/// </summary>
/// <typeparam name="TVector">The vector: <c>Vector512&lt;float&gt;</c>, <c>Vector256&lt;float&gt;</c> or <c>Vector128&lt;float&gt;</c>.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IVectorOperations<TVector>
    where TVector : struct
{
    /// <summary>How many numbers a vector holds.</summary>
    public static abstract int Count { get; }

    /// <summary>The vector of zeros.</summary>
    public static abstract TVector Zero { get; }

    /// <summary>The vector that has a number everywhere.</summary>
    /// <param name="value">The number.</param>
    public static abstract TVector Create(float value);

    /// <summary>Loads a vector.</summary>
    /// <param name="source">Where offsets count from.</param>
    /// <param name="offset">How many numbers after it the vector starts.</param>
    public static abstract TVector Load(ref readonly float source, nint offset);

    /// <summary>Stores a vector.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="target">Where offsets count from.</param>
    /// <param name="offset">How many numbers after it the vector starts.</param>
    public static abstract void Store(TVector vector, ref float target, nint offset);

    /// <summary>left + right.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Add(TVector left, TVector right);

    /// <summary>left - right.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>left · right.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left / right.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left · right + summand, rounded once where the processor can.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    /// <param name="summand">A vector.</param>
    public static abstract TVector MultiplyAdd(TVector left, TVector right, TVector summand);

    /// <summary>The larger numbers; the right ones where either is not a number.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller numbers; the right ones where either is not a number.</summary>
    /// <param name="left">A vector.</param>
    /// <param name="right">A vector.</param>
    public static abstract TVector Min(TVector left, TVector right);

    /// <summary>The magnitudes.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract TVector Abs(TVector vector);

    /// <summary>The magnitudes of one vector with the signs of another.</summary>
    /// <param name="magnitude">Gives the magnitudes.</param>
    /// <param name="sign">Gives the signs.</param>
    public static abstract TVector CopySign(TVector magnitude, TVector sign);

    /// <summary>The nearest whole numbers.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract TVector Round(TVector vector);

    /// <summary>The natural logarithms.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract TVector Log(TVector vector);

    /// <summary>The square roots.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract TVector Sqrt(TVector vector);

    /// <summary>vector · 2^exponent, where the exponents are whole numbers between -252 and 252.</summary>
    /// <param name="vector">A vector.</param>
    /// <param name="exponent">The exponents.</param>
    public static abstract TVector Scale(TVector vector, TVector exponent);

    /// <summary>Where left is below right the numbers of one vector, elsewhere those of another.</summary>
    /// <param name="left">What is compared.</param>
    /// <param name="right">What it is compared with.</param>
    /// <param name="below">The result where left is below right.</param>
    /// <param name="other">The result elsewhere.</param>
    public static abstract TVector SelectLess(TVector left, TVector right, TVector below, TVector other);

    /// <summary>The sum of a vector's numbers.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract float Sum(TVector vector);

    /// <summary>The largest of a vector's numbers.</summary>
    /// <param name="vector">A vector.</param>
    public static abstract float MaxAcross(TVector vector);
}
