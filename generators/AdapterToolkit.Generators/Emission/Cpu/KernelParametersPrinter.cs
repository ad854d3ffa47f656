using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints what the kernels are written over: a weight, a rank and vectors, each a type parameter with static members. For each
/// type the compiler makes code of its own, in which they are constants.
/// </summary>
internal static class KernelParametersPrinter
{
    /// <summary>The constraints of what is written over all three.</summary>
    public const string AllConstraints = """
        where TVectors : struct, IVectors
        where TWeight : struct, IWeight
        where TRank : struct, IRank
        """;

    /// <summary>The constraints of what is written over a weight and a rank.</summary>
    public const string WeightAndRank = "where TWeight : struct, IWeight where TRank : struct, IRank";

    /// <summary>The parameters of a tile's kernel, and what a call passes for them.</summary>
    /// <param name="needs">What the assembly needs.</param>
    /// <param name="readsCodes">Whether the tile may read W's codes.</param>
    /// <param name="withTypes">Whether types stand before the names.</param>
    public static string TileParameters(KernelNeeds needs, bool readsCodes, bool withTypes)
    {
        bool hasScales = needs.IsPacked && readsCodes;
        return withTypes
            ? "ref float vectors, ref float singles, nint depth, nint piece, "
                + (hasScales ? "ref float scales, " : string.Empty)
                + "ref float termVectors, ref float termSingles, nint termStride, bool addsTerm, ref float bias, ref float result, nint stride, bool starts"
            : "ref vectors, ref singles, depth, piece, "
                + (hasScales ? "ref scales, " : string.Empty)
                + "ref termVectors, ref termSingles, termStride, addsTerm, ref bias, ref result, stride, starts";
    }

    /// <summary>Prints the three interfaces, and the types for float32 and for each rank.</summary>
    public static void Print(SourceWriter writer, KernelNeeds needs)
    {
        CpuText.Members(
            writer,
            Rank,
            Weight(needs),
            Vectors(needs),
            FullPrecision(needs, "FullPrecision", "W in float32, read by its transpose: the sum runs over the input features.", isTransposed: true),
            FullPrecision(needs, "AsStored", "Numbers of W in float32, read as they are: the sum runs over the output features.", isTransposed: false));
        CpuText.Members(writer, needs.Ranks.Select(rank => Template.Text($$"""
            /// <summary>{{(rank == 0 ? "No adapter." : $"Adapters of rank {rank}.")}}</summary>
            internal readonly struct {{RankType(rank)}} : IRank
            {
                public static int Value => {{rank}};
            }
            """)));
    }

    /// <summary>The name of the type that stands for a rank.</summary>
    public static string RankType(int rank) => $"Rank{rank}";

    private const string Rank = """
        /// <summary>The rank of the low-rank term, which is compiled in.</summary>
        internal interface IRank
        {
            /// <summary>The rank; zero for a layer that never has an adapter.</summary>
            static abstract int Value { get; }
        }
        """;

    private static string Weight(KernelNeeds needs) => !needs.IsPacked
        ? """
        /// <summary>How W is read.</summary>
        internal interface IWeight
        {
            /// <summary>Whether the sum runs over the input features.</summary>
            static abstract bool IsTransposed { get; }
        }
        """
        : """
        /// <summary>
        /// How W is stored and read. Panels hold codes as PackedPanels orders them: 32 output features side by side, of 4 bits eight
        /// input features in a word.
        /// </summary>
        internal interface IWeight
        {
            /// <summary>Whether the sum runs over the input features.</summary>
            static abstract bool IsTransposed { get; }

            /// <summary>Bits of a number.</summary>
            static abstract int Bits { get; }

            /// <summary>How many numbers share a scale; zero where there are no scales.</summary>
            static abstract int BlockSize { get; }

            /// <summary>Whether scales are stored in 8 bits.</summary>
            static abstract bool DoubleQuantized { get; }

            /// <summary>The numbers of the 16 codes of 4 bits; empty for other formats.</summary>
            static abstract Numbers Codebook { get; }

            /// <summary>The numbers whose codes are in the lowest bits of the words. The codebook is that of 4 bits.</summary>
            static abstract Floats512 Decode(Words512 codes, Floats512 codebook);

            /// <inheritdoc cref="Decode(Words512, Floats512)"/>
            static abstract Floats256 Decode(Words256 codes, Floats256 lowCodebook, Floats256 highCodebook);

            /// <inheritdoc cref="Decode(Words512, Floats512)"/>
            static abstract Floats128 Decode(Words128 codes);
        }
        """;

    private static string Vectors(KernelNeeds needs) => Template.Text($$"""
        /// <summary>The vectors that kernels are written in, and what differs by their width.</summary>
        internal interface IVectors
        {
            /// <summary>Numbers in the two vectors that a tile is wide.</summary>
            static abstract int Width { get; }

            /// <summary>The height of the tiles that run mostly.</summary>
            static abstract int Height { get; }

            /// <summary>The height of the next tile where so many rows, or features, are left.</summary>
            static abstract int HeightOf(int left);

            /// <summary>
            /// A tile of a product: its sums start from the bias or zero, or go on from the result. Of W read as stored, a panel begins a
            /// piece after the one before.
            /// </summary>
            static abstract void Multiply<TWeight, TRank>(int height, {{TileParameters(needs, readsCodes: false, withTypes: true)}})
                {{WeightAndRank}};

            {{string.Join("\n\n", OfPacked(needs))}}
        }
        """);

    private static IEnumerable<string> OfPacked(KernelNeeds needs)
    {
        if (!needs.IsPacked)
            yield break;
        yield return $"""
            /// <summary>A tile of few rows, which decodes W in registers; a piece of the depth shares scales.</summary>
            static abstract void MultiplyCodes<TWeight, TRank>(int height, {TileParameters(needs, readsCodes: true, withTypes: true)})
                {WeightAndRank};

            /// <summary>decoded[i, lane]: the numbers of a panel for some input features.</summary>
            static abstract void Decode<TWeight>(ref byte codes, ref float scales, int firstSegment, nint segment, nint first, nint count, ref float decoded)
                where TWeight : struct, IWeight;
            """;
        if (needs.HasBits(4))
        {
            yield return """
                /// <summary>The codes of 32 numbers, each multiplied by both factors, two codes in a byte.</summary>
                static abstract void QuantizeFourBits<TWeight>(ref float numbers, float first, float second, ref byte codes)
                    where TWeight : struct, IFourBits;
                """;
        }

        if (needs.HasBits(16))
        {
            yield return """
                /// <summary>The codes of as many numbers as a tile is wide.</summary>
                static abstract void QuantizeSixteenBits<TWeight>(ref float numbers, ref ushort codes)
                    where TWeight : struct, ISixteenBits;
                """;
        }
    }

    private static string FullPrecision(KernelNeeds needs, string name, string summary, bool isTransposed)
    {
        const string Packed = """
            public static int Bits => 32;
            public static int BlockSize => 0;
            public static bool DoubleQuantized => false;
            public static Numbers Codebook => [];
            public static Floats512 Decode(Words512 codes, Floats512 codebook) => Vector512.AsSingle(codes);
            public static Floats256 Decode(Words256 codes, Floats256 lowCodebook, Floats256 highCodebook) => Vector256.AsSingle(codes);
            public static Floats128 Decode(Words128 codes) => Vector128.AsSingle(codes);
            """;
        return Template.Text($$"""
            /// <summary>{{summary}}</summary>
            internal readonly struct {{name}} : IWeight
            {
                public static bool IsTransposed => {{(isTransposed ? "true" : "false")}};
                {{(needs.IsPacked ? Packed : string.Empty)}}
            }
            """);
    }
}
