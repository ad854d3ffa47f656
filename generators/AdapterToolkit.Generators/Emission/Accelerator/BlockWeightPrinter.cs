using AdapterToolkit.Generators.Model;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how kernels read W in codes of 4 or 8 bits, whose blocks have a scale each; of 4 bits the first number of a byte is
/// in its upper half. A piece may belong to two blocks where it begins anywhere.
/// </summary>
/// <param name="format">The format.</param>
internal sealed class BlockWeightPrinter(StoredFormat format)
{
    private const int WordBits = 32;

    /// <summary>The type that kernels read W through.</summary>
    public static string TypeName(StoredFormat format) => $"{format.Name}Weight";

    private int NumbersInWord => WordBits / format.Bits;

    /// <summary>Words of a piece that begins where a word does.</summary>
    private int PieceWords => WeightPieces.Length / NumbersInWord;

    private int WordShift => PowerOfTwo.Logarithm(NumbersInWord);

    private int BlockShift => PowerOfTwo.Logarithm(format.BlockSize);

    private int Mask => (1 << format.Bits) - 1;

    /// <summary>Whether the values of codes are too many to be constants.</summary>
    private bool ReadsCodebook => format.Codebook.Length == 0;

    /// <summary>What a piece has, as the place of a code in it says which word it is in.</summary>
    private static IEnumerable<int> Numbers => Enumerable.Range(0, WeightPieces.Length);

    public string Print() => Template.Text($$"""
        /// <summary>W in {{format.Description}}.</summary>
        public struct {{TypeName(format)}} : IPackedWeight
        {
            {{Fields.Select(field => $"public {field.Type} {field.Name};")}}

            public static {{TypeName(format)}} Of(FrozenWeight weight)
            {
                PackedWeight packed = PackedWeight.Of(weight);
                return new()
                {
                    {{Fields.Select(field => $"{field.Name} = {field.Value},")}}
                };
            }

            public View Table(int threads) => {{(ReadsCodebook ? "Codebook(CodeValues, threads)" : "Codebook()")}};

            public float Number(View table, int element) =>
                table[(int)((Codes[element >> {{WordShift}}] >> ({{Place("element")}} * {{format.Bits}})) & {{Mask}})] * Scale(LoadScale(element));

            public Piece Load(int element)
            {
                int first = element >> {{WordShift}};
                Piece piece = default;
                {{WeightPieces.Words(PieceWords)}}
                piece.Scale = LoadScale(element);
                return piece;
            }

            public Piece LoadAnywhere(int element, int lastElement)
            {
                int end = Math.Min(element + {{WeightPieces.Length - 1}}, lastElement);
                int first = element >> {{WordShift}}, last = end >> {{WordShift}};
                Piece piece = default;
                piece.Element = element;
                {{WeightPieces.WordsAnywhere(PieceWords + 1)}}
                piece.Scale = LoadScale(element);
                piece.NextScale = LoadScale(end);
                return piece;
            }

            public Eight Decode(View table, Piece piece)
            {
                float scale = Scale(piece.Scale);
                Eight numbers = default;
                {{Numbers.Select(number => Decoded(number, isOrdered: false, "scale"))}}
                return numbers;
            }

            public Eight DecodeAnywhere(View table, Piece piece)
            {
                int shift = (piece.Element & {{NumbersInWord - 1}}) * {{format.Bits}};
                {{Shifts()}}
                float scale = Scale(piece.Scale), nextScale = Scale(piece.NextScale);
                int inBlock = {{format.BlockSize}} - (piece.Element & {{format.BlockSize - 1}});
                Eight numbers = default;
                {{Numbers.Select(number => Decoded(number, isOrdered: true, number == 0 ? "scale" : ScaleOf(number)))}}
                return numbers;
            }

            {{KernelText.Members([Codebook(), LoadScale(), Scale()])}}
        }

        {{new BlockCodecPrinter(format).Print()}}
        """);

    /// <summary>Where a number's code lies in its word.</summary>
    public string Place(string element) => format.Bits == 4 ? $"(({element} & {NumbersInWord - 1}) ^ 1)" : $"({element} & {NumbersInWord - 1})";

    /// <summary>What W consists of, and where a launch finds it.</summary>
    private IEnumerable<(string Type, string Name, string Value)> Fields
    {
        get
        {
            yield return ("Words", "Codes", "packed.Codes.ViewOf<uint>()");
            if (format.DoubleQuantized)
            {
                yield return ("Bytes", "ScaleCodes", "packed.ScaleCodes!.ViewOf<byte>()");
                yield return ("View", "NestedMaxima", "packed.NestedMaxima!.View");
                yield return ("float", "Offset", "packed.Offset");
            }
            else
            {
                yield return ("View", "Maxima", "packed.Maxima!.View");
            }

            if (format.DoubleQuantized)
                yield return ("View", "DynamicMap", "packed.DynamicMap.View");
            if (ReadsCodebook)
                yield return ("View", "CodeValues", "packed.Codebook.View");
        }
    }

    private string Codebook()
    {
        if (ReadsCodebook)
        {
            return Template.Text($$"""
                /// <summary>The numbers that the codes stand for.</summary>
                public static View Codebook(View codeValues, int threads)
                {
                    View codebook = SharedMemory.Allocate<float>({{Mask + 1}});
                    for (int i = Group.IdxX; i < {{Mask + 1}}; i += threads)
                        codebook[i] = codeValues[i];
                    Group.Barrier();
                    return codebook;
                }
                """);
        }

        float[] values = format.Codebook;
        return Template.Text($$"""
            /// <summary>The numbers that the codes of {{format.Numbers.ToString()}} stand for.</summary>
            public static View Codebook()
            {
                View codebook = SharedMemory.Allocate<float>({{values.Length}});
                if (Group.IdxX == 0)
                {
                    {{values.Select((value, code) => $"codebook[{code}] = {FloatLiteral.Of(value)};")}}
                }

                Group.Barrier();
                return codebook;
            }
            """);
    }

    private string LoadScale() => !format.DoubleQuantized
        ? $$"""
            private BlockScale LoadScale(int element)
            {
                BlockScale scale = default;
                scale.Maximum = Maxima[element >> {{BlockShift}}];
                return scale;
            }
            """
        : $$"""
            private BlockScale LoadScale(int element)
            {
                int block = element >> {{BlockShift}};
                BlockScale scale = default;
                scale.Code = ScaleCodes[block];
                scale.Maximum = NestedMaxima[block >> {{PowerOfTwo.Logarithm(NumberFormat.NestedBlockSize)}}];
                return scale;
            }
            """;

    private string Scale() => !format.DoubleQuantized
        ? "private float Scale(BlockScale scale) => scale.Maximum;"
        : "private float Scale(BlockScale scale) => DynamicMap[scale.Code] * scale.Maximum + Offset;";

    private static string ScaleOf(int number) => $"Utilities.Select({number} < inBlock, scale, nextScale)";

    private string Decoded(int number, bool isOrdered, string scale) =>
        $"numbers.{WeightPieces.Number(number)} = table[(int)({Code(number, isOrdered)})] * {scale};";

    /// <summary>A number's code. Each byte's upper half comes first, unless the words were put in order already.</summary>
    private string Code(int number, bool isOrdered)
    {
        int place = number % NumbersInWord;
        place = format.Bits == 4 && !isOrdered ? place ^ 1 : place;
        string word = $"piece.Word{number / NumbersInWord}";
        string shifted = place == 0 ? word : $"{word} >> {place * format.Bits}";
        if (place == NumbersInWord - 1)
            return shifted;
        return place == 0 ? $"{word} & {Mask}" : $"({shifted}) & {Mask}";
    }

    /// <summary>Puts a piece's codes, which begin anywhere in the first word, in order into as many words as they fill.</summary>
    private IEnumerable<string> Shifts()
    {
        if (format.Bits == 4)
        {
            for (int word = 0; word <= PieceWords; word++)
                yield return $"piece.Word{word} = ((piece.Word{word} & 0x0F0F0F0F) << 4) | ((piece.Word{word} >> 4) & 0x0F0F0F0F);";
        }

        for (int word = 0; word < PieceWords; word++)
            yield return $"piece.Word{word} = FunnelShift.Right(piece.Word{word}, piece.Word{word + 1}, shift);";
    }
}
