using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how kernels read W in 16 bits, and what brings it into them and out again: once for all such formats, which differ
/// in a conversion.
/// </summary>
internal static class SixteenBitWeightPrinter
{
    private const int Words = WeightPieces.Length / 2;

    /// <summary>The type that converts a format's numbers.</summary>
    public static string Conversion(StoredFormat format) => $"{format.Numbers}Conversion";

    /// <summary>What the formats have in common, then the conversion of each.</summary>
    public static string Print(IEnumerable<StoredFormat> formats) => Template.Text($$"""
        /// <summary>Numbers of 16 bits to float32, exactly, and back to the nearest.</summary>
        public interface IConversion
        {
            static abstract float FromBits(uint bits);

            static abstract uint ToBits(float number);
        }

        {{string.Join("\n\n", formats.Select(ConversionStruct))}}

        /// <summary>W in 16 bits.</summary>
        public struct SixteenBitWeight<TConversion> : IPackedWeight
            where TConversion : struct, IConversion
        {
            public Words Codes;

            public static SixteenBitWeight<TConversion> Of(FrozenWeight weight) => new() { Codes = PackedWeight.Of(weight).Codes.ViewOf<uint>() };

            public View Table(int threads) => default;

            public float Number(View table, int element) => TConversion.FromBits(SixteenBitNumbers.InWord(Codes[element >> 1], element));

            public Piece Load(int element)
            {
                int first = element >> 1;
                Piece piece = default;
                {{WeightPieces.Words(Words)}}
                return piece;
            }

            public Piece LoadAnywhere(int element, int lastElement)
            {
                int first = element >> 1, last = Math.Min(element + {{WeightPieces.Length - 1}}, lastElement) >> 1;
                Piece piece = default;
                piece.Element = element;
                {{WeightPieces.WordsAnywhere(Words + 1)}}
                return piece;
            }

            public Eight Decode(View table, Piece piece)
            {
                Eight numbers = default;
                {{Enumerable.Range(0, WeightPieces.Length).Select(Decoded)}}
                return numbers;
            }

            public Eight DecodeAnywhere(View table, Piece piece)
            {
                int shift = (piece.Element & 1) * 16;
                {{Enumerable.Range(0, Words).Select(word => $"piece.Word{word} = FunnelShift.Right(piece.Word{word}, piece.Word{word + 1}, shift);")}}
                return Decode(table, piece);
            }
        }

        /// <summary>W's way into 16 bits and out of them. The kernels suit groups of any size.</summary>
        public static class SixteenBitCodecKernels
        {
            /// <summary>dense[i] = codes[i], widened, one number a thread.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Dequantize<TConversion>(Words codes, View dense, int count)
                where TConversion : struct, IConversion
            {
                int index = Grid.IdxX * Group.DimX + Group.IdxX;
                if (index < count)
                    dense[index] = TConversion.FromBits(SixteenBitNumbers.InWord(codes[index >> 1], index));
            }

            /// <summary>codes[i] = values[i], rounded, one word of two codes a thread. Zeros follow the last number.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Quantize<TConversion>(View values, Words codes, int count)
                where TConversion : struct, IConversion
            {
                int word = Grid.IdxX * Group.DimX + Group.IdxX;
                if (word > (count - 1) >> 1)
                    return;
                int first = 2 * word;
                uint packed = TConversion.ToBits(values[first]);
                if (first + 1 < count)
                    packed |= TConversion.ToBits(values[first + 1]) << 16;
                codes[word] = packed;
            }
        }

        internal static class SixteenBitCodecLaunches
        {
            public static void Dequantize<TConversion>(AcceleratorDevice device, PackedWeight weight, Tensor dense)
                where TConversion : struct, IConversion =>
                device.Launch(
                    SixteenBitCodecKernels.Dequantize<TConversion>,
                    Launches.OneThreadEach(device, dense.Shape.Elements),
                    weight.Codes.ViewOf<uint>(),
                    dense.View,
                    dense.Shape.Elements);

            public static void Quantize<TConversion>(AcceleratorDevice device, Tensor values, Tensor codes)
                where TConversion : struct, IConversion =>
                device.Launch(
                    SixteenBitCodecKernels.Quantize<TConversion>,
                    Launches.OneThreadEach(device, codes.Shape.Elements),
                    values.View,
                    codes.ViewOf<uint>(),
                    values.Shape.Elements);
        }
        """);

    private static string Decoded(int number) =>
        $"numbers.{WeightPieces.Number(number)} = TConversion.FromBits(piece.Word{number / 2}{(number % 2 == 0 ? " & 0xFFFF" : " >> 16")});";

    private static string ConversionStruct(StoredFormat format) => Template.Text($$"""
        public struct {{Conversion(format)}} : IConversion
        {
            public static float FromBits(uint bits) => SixteenBitNumbers.From{{format.Numbers.ToString()}}(bits);

            public static uint ToBits(float number) => SixteenBitNumbers.To{{format.Numbers.ToString()}}(number);
        }
        """);
}
