using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>
/// Finds nearest codes of 4 bits, 32 numbers at a time: in the order of the codebook's values, a number's place is how many
/// decision points are below it. Two codes share a byte, the first in its high half.
/// </summary>
internal readonly struct FourBitEncoder : IBlockEncoder
{
    private const int Group = 32;

    private static readonly Dictionary<QuantizationFormat, FourBitEncoder> s_encoders =
        NumberFormat.All.Where(format => format.Bits == 4).ToDictionary(format => format.Name, format => new FourBitEncoder(format.Codebook));

    private readonly float[] _points;
    private readonly Vector128<byte> _codeAtPlace;

    private FourBitEncoder(ReadOnlySpan<float> codebook)
    {
        _points = DecisionPoints.Between(codebook);
        _codeAtPlace = Vector128.Create(DecisionPoints.Order(codebook));
    }

    /// <inheritdoc/>
    public static int Bits => 4;

    /// <summary>The encoder of a format.</summary>
    /// <param name="numbers">A format of 4 bits.</param>
    internal static FourBitEncoder Of(QuantizationFormat numbers) => s_encoders[numbers];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<float> block, BlockNormalization normalization, Span<byte> codes)
    {
        int i = 0;
        for (; i <= block.Length - Group; i += Group)
            EncodeGroup(block.Slice(i, Group), normalization).CopyTo(codes.Slice(i / 2, Group / 2));
        if (i == block.Length)
            return;

        // The numbers that fill no group are followed by zeros; so is the last one of an odd count, which shares its byte with one.
        Span<float> rest = stackalloc float[Group];
        rest.Clear();
        block[i..].CopyTo(rest);
        Span<byte> bytes = stackalloc byte[Group / 2];
        EncodeGroup(rest, normalization).CopyTo(bytes);
        bytes[..((block.Length - i + 1) / 2)].CopyTo(codes[(i / 2)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> EncodeGroup(ReadOnlySpan<float> numbers, BlockNormalization normalization)
    {
        ref float first = ref MemoryMarshal.GetReference(numbers);
        Vector256<float> x0 = Normalize(ref first, 0, normalization);
        Vector256<float> x1 = Normalize(ref first, 1, normalization);
        Vector256<float> x2 = Normalize(ref first, 2, normalization);
        Vector256<float> x3 = Normalize(ref first, 3, normalization);
        Vector256<int> place0 = Vector256<int>.Zero, place1 = place0, place2 = place0, place3 = place0;
        foreach (float point in _points)
        {
            // A comparison gives -1 where it holds.
            Vector256<float> spread = Vector256.Create(point);
            place0 -= Vector256.GreaterThan(x0, spread).AsInt32();
            place1 -= Vector256.GreaterThan(x1, spread).AsInt32();
            place2 -= Vector256.GreaterThan(x2, spread).AsInt32();
            place3 -= Vector256.GreaterThan(x3, spread).AsInt32();
        }

        Vector256<byte> places = Vector256.Narrow(Vector256.Narrow(place0, place1).AsUInt16(), Vector256.Narrow(place2, place3).AsUInt16());
        Vector256<ushort> pairs = Codes(places).AsUInt16();
        Vector256<ushort> joined = ((pairs << 4) | (pairs >>> 8)) & Vector256.Create((ushort)0xFF);
        return Vector128.Narrow(joined.GetLower(), joined.GetUpper());
    }

    private Vector256<byte> Codes(Vector256<byte> places) => Vector256.Create(
        Vector128.Shuffle(_codeAtPlace, places.GetLower()),
        Vector128.Shuffle(_codeAtPlace, places.GetUpper()));

    private static Vector256<float> Normalize(ref float first, int index, BlockNormalization normalization) =>
        Vector256.LoadUnsafe(ref first, (nuint)(index * Vector256<float>.Count)) * normalization.First * normalization.Second;
}
