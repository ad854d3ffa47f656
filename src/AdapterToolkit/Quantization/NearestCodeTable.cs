using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Quantization;

/// <summary>
/// Finds the nearest value of a codebook in rising order by a number's bits: its sign, its exponent and the first digits of
/// its fraction choose an interval so narrow that at most one decision point is in it. One comparison remains.
/// </summary>
public sealed class NearestCodeTable
{
    private const int FractionBits = 23;
    private const int MagnitudeBits = int.MaxValue;

    private readonly Interval[] _intervals;
    private readonly int _shift;
    private readonly int _first;
    private readonly int _last;

    /// <summary>Makes the table for numbers in [-1, 1]; what is outside counts as -1 or 1.</summary>
    /// <param name="codebook">The values, in rising order, at most 256.</param>
    internal NearestCodeTable(ReadOnlySpan<float> codebook)
    {
        float[] points = DecisionPoints.Between(codebook);
        int smallest = BitConverter.SingleToInt32Bits(points.Select(MathF.Abs).Min());
        for (_shift = FractionBits; ; _shift--)
        {
            _first = smallest >> _shift;
            _last = BitConverter.SingleToInt32Bits(1) >> _shift;
            if (TryDivide(points, out _intervals))
                return;
        }
    }

    /// <summary>The table of the signed dynamic map.</summary>
    public static NearestCodeTable Dynamic8 { get; } = new(Codebooks.Dynamic8);

    /// <summary>The table of the dynamic map without a sign.</summary>
    internal static NearestCodeTable UnsignedDynamic8 { get; } = new(Codebooks.UnsignedDynamic8);

    /// <summary>The table of a format.</summary>
    /// <param name="numbers">A format of 8 bits.</param>
    internal static NearestCodeTable Of(QuantizationFormat numbers) => numbers switch
    {
        QuantizationFormat.Dynamic8 => Dynamic8,
        _ => throw new ArgumentOutOfRangeException(nameof(numbers), numbers, "Only formats of 8 bits have a table of nearest codes."),
    };

    /// <summary>The code of the value that is nearest to a number.</summary>
    /// <param name="number">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Find(float number)
    {
        int bits = BitConverter.SingleToInt32Bits(number);
        int interval = Math.Clamp((bits & MagnitudeBits) >> _shift, _first, _last) - _first;
        ref Interval found = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_intervals), (2 * interval) + (bits >>> 31));
        return (byte)(found.CodeBelow + (number > found.Point ? 1 : 0));
    }

    /// <summary>Divides the numbers into intervals, those of positive and negative ones in turn; fails where one has two points.</summary>
    private bool TryDivide(float[] points, out Interval[] intervals)
    {
        intervals = new Interval[2 * (_last - _first + 1)];
        for (int i = 0; i < intervals.Length; i++)
        {
            int begin = _first + (i / 2);
            float near = begin == _first ? 0 : BitConverter.Int32BitsToSingle(begin << _shift);
            float far = begin == _last ? float.PositiveInfinity : BitConverter.Int32BitsToSingle(((begin + 1) << _shift) - 1);
            (float low, float high) = i % 2 == 0 ? (near, far) : (-far, -near);
            int below = points.Count(point => point < low), within = points.Count(point => point >= low && point < high);
            if (within > 1)
                return false;
            intervals[i] = new Interval(within == 0 ? float.PositiveInfinity : points[below], below);
        }

        return true;
    }

    /// <summary>An interval of numbers.</summary>
    /// <param name="Point">The decision point in it; infinite where there is none.</param>
    /// <param name="CodeBelow">The code of the numbers in it that are not above the point.</param>
    private readonly record struct Interval(float Point, int CodeBelow);
}
