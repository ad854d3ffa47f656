using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning.Products;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the type that stands for a packed format, with its codebook and block size as constants, and what formats of equally many
/// bits share.
/// </summary>
internal static class FormatPrinter
{
    /// <summary>Nodes of the tree of decision points, counted from one; those of its lowest level are the last eight.</summary>
    private const int Nodes = 16;

    /// <summary>The members of a file with all formats.</summary>
    public static IEnumerable<string> Members(KernelNeeds needs)
    {
        if (needs.HasBits(4))
        {
            yield return FourBits;
            foreach (VectorShape shape in VectorShape.All)
                yield return LookUp(shape);
        }

        if (needs.HasBits(8))
            yield return EightBits;
        if (needs.HasBits(16))
            yield return SixteenBits;
        foreach (StoredFormat format in needs.Packed)
        {
            yield return format.Bits switch
            {
                4 => FourBit(format),
                8 => EightBit(format),
                _ => SixteenBit(format),
            };
        }
    }

    private const string FourBits = """
        /// <summary>A format of 4 bits. A number's code is found among its decision points, the middles between neighbouring values.</summary>
        internal interface IFourBits : IWeight
        {
            /// <summary>The decision points in rising order.</summary>
            static abstract Numbers Points { get; }

            /// <summary>The decision points as a tree, its root at index one: below node n are 2n, where a number is not above its point, and 2n + 1.</summary>
            static abstract Numbers Tree { get; }

            /// <summary>Codes in the order of their values.</summary>
            static abstract global::System.ReadOnlySpan<byte> Order { get; }
        }
        """;

    private const string EightBits = """
        /// <summary>A format of 8 bits.</summary>
        internal interface IEightBits : IWeight
        {
            /// <summary>Finds the code of the value that is nearest to a number.</summary>
            static abstract NearestCodeTable Nearest { get; }
        }
        """;

    private const string SixteenBits = """
        /// <summary>A format of 16 bits.</summary>
        internal interface ISixteenBits : IWeight
        {
            /// <summary>Numbers, rounded; their codes are the lowest 16 bits of the words.</summary>
            static abstract Words512 Round(Floats512 numbers);

            /// <inheritdoc cref="Round(Floats512)"/>
            static abstract Words256 Round(Floats256 numbers);

            /// <inheritdoc cref="Round(Floats512)"/>
            static abstract Words128 Round(Floats128 numbers);
        }
        """;

    private static string LookUp(VectorShape shape)
    {
        const string Summary = """
            /// <summary>
            /// The numbers of a codebook whose codes are in the lowest four bits of each word. The processors' look-ups ignore the bits above.
            /// </summary>
            """;
        return shape.Bits switch
        {
            512 => Template.Text($$"""
                {{Summary}}
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Floats512 LookUp(Words512 codes, Floats512 codebook)
                {
                    if (Avx512F.IsSupported)
                        return Avx512F.PermuteVar16x32(codebook, Vector512.AsInt32(codes));
                    return Vector512.ShuffleNative(codebook, Vector512.AsInt32(codes & Vector512.Create(15u)));
                }
                """),
            256 => Template.Text($$"""
                {{Summary}}
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Floats256 LookUp(Words256 codes, Floats256 lowCodebook, Floats256 highCodebook)
                {
                    if (Avx2.IsSupported)
                    {
                        Floats256 low = Avx2.PermuteVar8x32(lowCodebook, Vector256.AsInt32(codes));
                        Floats256 high = Avx2.PermuteVar8x32(highCodebook, Vector256.AsInt32(codes));
                        return Avx2.BlendVariable(low, high, Vector256.AsSingle(codes << 28));
                    }

                    Integers256 index = Vector256.AsInt32(codes & Vector256.Create(7u));
                    Integers256 isHigh = Vector256.AsInt32(codes << 28) >> 31;
                    Floats256 fromLow = Vector256.ShuffleNative(lowCodebook, index), fromHigh = Vector256.ShuffleNative(highCodebook, index);
                    return Vector256.ConditionalSelect(Vector256.AsSingle(isHigh), fromHigh, fromLow);
                }
                """),
            _ => Template.Text($$"""
                {{Summary}}
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Floats128 LookUp(Words128 codes, Numbers numbers)
                {
                    ref float codebook = ref MemoryMarshal.GetReference(numbers);
                    return Vector128.Create({{CpuText.List(4, lane => $"Unsafe.Add(ref codebook, (int)(Vector128.GetElement(codes, {lane}) & 15))")}});
                }
                """),
        };
    }

    private static string FourBit(StoredFormat format) => Struct(
        format,
        "IFourBits",
        Constants(format.Codebook),
        $"""
        public static Floats512 Decode(Words512 codes, Floats512 codebook) => LookUp(codes, codebook);
        public static Floats256 Decode(Words256 codes, Floats256 lowCodebook, Floats256 highCodebook) => LookUp(codes, lowCodebook, highCodebook);
        public static Floats128 Decode(Words128 codes) => LookUp(codes, Codebook);
        public static Numbers Points => {Constants(DecisionPoints.Between(format.Codebook))};
        public static Numbers Tree => {Constants(Tree(DecisionPoints.Between(format.Codebook)))};
        public static global::System.ReadOnlySpan<byte> Order => [{string.Join(", ", DecisionPoints.Order(format.Codebook))}];
        """);

    /// <summary>Eight bits are decoded number by number, from a table that is too large for registers.</summary>
    private static string EightBit(StoredFormat format) => Struct(
        format,
        "IEightBits",
        $"Codebooks.{format.Numbers}",
        $$"""
        public static NearestCodeTable Nearest => NearestCodeTable.{{format.Numbers.ToString()}};

        public static Floats512 Decode(Words512 codes, Floats512 codebook) =>
            Vector512.Create(Decode(Vector512.GetLower(codes), default, default), Decode(Vector512.GetUpper(codes), default, default));

        public static Floats256 Decode(Words256 codes, Floats256 lowCodebook, Floats256 highCodebook) =>
            Vector256.Create(Decode(Vector256.GetLower(codes)), Decode(Vector256.GetUpper(codes)));

        public static Floats128 Decode(Words128 codes)
        {
            Numbers map = Codebook;
            return Vector128.Create(map[(byte)codes[0]], map[(byte)codes[1]], map[(byte)codes[2]], map[(byte)codes[3]]);
        }
        """);

    private static string SixteenBit(StoredFormat format)
    {
        bool isBFloat16 = format.Numbers == QuantizationFormat.BFloat16;
        return Struct(format, "ISixteenBits", "[]", string.Join("\n\n", VectorShape.All.Select(shape =>
            isBFloat16 ? BFloat16(shape) : Float16(shape))));
    }

    /// <summary>A format's type. What all formats have stands first, what differs by the kind of codes after it.</summary>
    private static string Struct(StoredFormat format, string kind, string codebook, string members) => Template.Text($$"""
        /// <summary>W in {{format.Description}}.</summary>
        internal readonly struct {{format.Name}} : {{kind}}
        {
            public static bool IsTransposed => true;
            public static int Bits => {{format.Bits}};
            public static int BlockSize => {{format.BlockSize}};
            public static bool DoubleQuantized => {{(format.DoubleQuantized ? "true" : "false")}};
            public static Numbers Codebook => {{codebook}};

            {{members}}
        }
        """);

    /// <summary>A bfloat16 is the upper half of a float32. Rounding adds half a unit of it, less one where it is even.</summary>
    private static string BFloat16(VectorShape shape) => Template.Text($$"""
        {{DecodeDeclaration(shape)}} => {{shape.Name}}.AsSingle(codes << 16);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Words{{shape.Bits}} Round(Floats{{shape.Bits}} numbers)
        {
            Words{{shape.Bits}} bits = {{shape.Name}}.AsUInt32(numbers);
            return (bits + {{shape.Name}}.Create(0x7FFFu) + ((bits >>> 16) & Words{{shape.Bits}}.One)) >>> 16;
        }
        """);

    /// <summary>
    /// Exponent and fraction move into place. Decoding, a factor of 2^112 corrects the exponent, that of subnormal numbers too;
    /// rounding, 1/2 is added below the normal numbers, whose unit in the last place is theirs.
    /// </summary>
    private static string Float16(VectorShape shape) => Template.Text($$"""
        {{DecodeDeclaration(shape)}}
        {
            Floats{{shape.Bits}} correction = {{shape.Name}}.Create(5.192296858534828E+33f);
            Floats{{shape.Bits}} magnitude = {{shape.Name}}.AsSingle((codes & {{shape.Name}}.Create(0x7FFFu)) << 13) * correction;
            return {{shape.Name}}.AsSingle({{shape.Name}}.AsUInt32(magnitude) | ((codes & {{shape.Name}}.Create(0x8000u)) << 16));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Words{{shape.Bits}} Round(Floats{{shape.Bits}} numbers)
        {
            Words{{shape.Bits}} bits = {{shape.Name}}.AsUInt32(numbers);
            Words{{shape.Bits}} magnitude = bits & {{shape.Name}}.Create(0x7FFFFFFFu);
            Words{{shape.Bits}} sign = (bits ^ magnitude) >>> 16;
            Words{{shape.Bits}} normal = (magnitude - {{shape.Name}}.Create((112u << 23) - 0xFFFu) + ((magnitude >>> 13) & Words{{shape.Bits}}.One)) >>> 13;
            Floats{{shape.Bits}} half = {{shape.Name}}.Create(0.5f);
            Words{{shape.Bits}} subnormal = {{shape.Name}}.AsUInt32({{shape.Name}}.AsSingle(magnitude) + half) - {{shape.Name}}.AsUInt32(half);
            return sign | {{shape.Name}}.ConditionalSelect({{shape.Name}}.LessThan(magnitude, {{shape.Name}}.Create(113u << 23)), subnormal, normal);
        }
        """);

    private static string DecodeDeclaration(VectorShape shape) => $"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Floats{shape.Bits} Decode(Words{shape.Bits} codes{string.Concat(shape.Codebook.Select(name => $", Floats{shape.Bits} {name}"))})
        """;

    private static string Constants(IEnumerable<float> values) => $"[{string.Join(", ", values.Select(FloatLiteral.Of))}]";

    /// <summary>The points as a tree of comparisons, its root at index one; index zero is not used.</summary>
    private static float[] Tree(float[] points)
    {
        float[] tree = new float[Nodes];
        int next = 0;
        Fill(1);
        return tree;

        void Fill(int node)
        {
            if (node >= Nodes)
                return;
            Fill(2 * node);
            tree[node] = points[next++];
            Fill((2 * node) + 1);
        }
    }
}
