using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the way of numbers into a format, from row-major float32 to the codes of checkpoints. A number's code of 4 bits is
/// found among the format's decision points: the wider vectors walk down a tree of them, whose nodes are lanes of constant
/// vectors, in four comparisons; the others compare with all fifteen and count.
/// </summary>
internal static class QuantizePrinter
{
    /// <summary>How many codes of 4 bits are found at a time: two to a byte, they fill a vector of 128 bits.</summary>
    private const int CodesAtOnce = 32;

    /// <summary>The loops over numbers, for all widths.</summary>
    public static IEnumerable<string> Loops(KernelNeeds needs)
    {
        if (needs.HasBits(4))
        {
            yield return Choice("QuantizeFourBits", "IFourBits", "Numbers values, Bytes codes, Maxima maxima", "values, codes, maxima");
            yield return FourBitLoop;
        }

        if (needs.HasBits(8))
            yield return EightBits;
        if (needs.HasBits(16))
        {
            yield return Choice("QuantizeSixteenBits", "ISixteenBits", "Numbers values, Bytes codes", "values, codes");
            yield return SixteenBitLoop;
        }
    }

    /// <summary>What a variant does with a few vectors of numbers.</summary>
    public static IEnumerable<string> Vectors(KernelNeeds needs, VectorShape shape)
    {
        if (needs.HasBits(4))
        {
            yield return Codes(shape);
            yield return shape.Bits == 128 ? CountPoints : WalkTree(shape);
        }

        if (needs.HasBits(16))
        {
            yield return $"""
                /// <inheritdoc/>
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                public static void QuantizeSixteenBits<TWeight>(ref float numbers, ref ushort codes)
                    where TWeight : struct, ISixteenBits =>
                    {shape.Name}.StoreUnsafe(
                        {shape.Name}.Narrow(TWeight.Round({shape.Load("numbers", 0)}), TWeight.Round({shape.Load("numbers", shape.Lanes)})),
                        ref codes);
                """;
        }
    }

    /// <summary>A block's numbers, and what they are divided by.</summary>
    private const string BeginBlock = """
        int start = block * TWeight.BlockSize;
        Numbers numbers = values.Slice(start, Math.Min(TWeight.BlockSize, values.Length - start));
        float largest = LargestMagnitude.Of(numbers);
        maxima[block] = largest;
        BlockNormalization normalization = new(largest);
        """;

    private static string FourBitLoop => Template.Text($$"""
        /// <summary>maxima[block] = max |values|, and the codes of the numbers divided by it, two in a byte.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void QuantizeFourBits<TVectors, TWeight>(Numbers values, Bytes codes, Maxima maxima)
            where TVectors : struct, IVectors
            where TWeight : struct, IFourBits
        {
            global::System.Span<float> rest = stackalloc float[{{CodesAtOnce}}];
            Bytes restCodes = stackalloc byte[{{CodesAtOnce / 2}}];
            for (int block = 0; block < maxima.Length; block++)
            {
                {{BeginBlock}}
                Bytes blockCodes = codes.Slice(start / 2, (numbers.Length + 1) / 2);
                ref float number = ref MemoryMarshal.GetReference(numbers);
                float first = normalization.First, second = normalization.Second;
                ref byte code = ref MemoryMarshal.GetReference(blockCodes);
                int i = 0;
                for (; i <= numbers.Length - {{CodesAtOnce}}; i += {{CodesAtOnce}})
                    TVectors.QuantizeFourBits<TWeight>(ref Unsafe.Add(ref number, i), first, second, ref Unsafe.Add(ref code, i / 2));
                if (i == numbers.Length)
                    continue;

                // The last numbers are followed by zeros; so is the last one of an odd count, which shares its byte with one.
                rest.Clear();
                numbers.Slice(i).CopyTo(rest);
                TVectors.QuantizeFourBits<TWeight>(ref MemoryMarshal.GetReference(rest), first, second, ref MemoryMarshal.GetReference(restCodes));
                restCodes.Slice(0, (numbers.Length - i + 1) / 2).CopyTo(blockCodes.Slice(i / 2));
            }
        }
        """);

    private static string EightBits => Template.Text($$"""
        /// <summary>maxima[block] = max |values|, and the codes of the numbers divided by it, found one number after the other.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void QuantizeEightBits<TWeight>(Numbers values, Bytes codes, Maxima maxima)
            where TWeight : struct, IEightBits
        {
            NearestCodeTable nearest = TWeight.Nearest;
            for (int block = 0; block < maxima.Length; block++)
            {
                {{BeginBlock}}
                Bytes blockCodes = codes.Slice(start, numbers.Length);
                for (int i = 0; i < numbers.Length; i++)
                    blockCodes[i] = nearest.Find(normalization.Apply(numbers[i]));
            }
        }
        """);

    private const string SixteenBitLoop = """
        /// <summary>codes[i] = values[i], rounded to 16 bits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void QuantizeSixteenBits<TVectors, TWeight>(Numbers values, Bytes codes)
            where TVectors : struct, IVectors
            where TWeight : struct, ISixteenBits
        {
            ref float from = ref MemoryMarshal.GetReference(values);
            ref ushort to = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(codes));
            int i = 0;
            for (; i <= values.Length - TVectors.Width; i += TVectors.Width)
                TVectors.QuantizeSixteenBits<TWeight>(ref Unsafe.Add(ref from, i), ref Unsafe.Add(ref to, i));
            if (i == values.Length)
                return;

            // The last numbers are followed by zeros.
            global::System.Span<float> rest = stackalloc float[32];
            rest.Clear();
            values.Slice(i).CopyTo(rest);
            global::System.Span<ushort> rounded = stackalloc ushort[32];
            TVectors.QuantizeSixteenBits<TWeight>(ref MemoryMarshal.GetReference(rest), ref MemoryMarshal.GetReference(rounded));
            MemoryMarshal.AsBytes(rounded.Slice(0, values.Length - i)).CopyTo(codes.Slice(2 * i));
        }
        """;

    private const string CountPoints = """
        /// <summary>How many decision points are below each number. A comparison gives -1 where it holds.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Words Places<TWeight>(Floats numbers)
            where TWeight : struct, IFourBits
        {
            Integers places = Integers.Zero;
            foreach (float point in TWeight.Points)
                places -= Vector128.AsInt32(Vector128.GreaterThan(numbers, Vector128.Create(point)));
            return Vector128.AsUInt32(places);
        }
        """;

    /// <summary>Chooses the variant whose vectors the processor has.</summary>
    private static string Choice(string name, string kind, string parameters, string arguments) => Template.Text($$"""
        /// <summary>Quantizes numbers in the vectors that the processor has.</summary>
        internal static void {{name}}<TWeight>({{parameters}})
            where TWeight : struct, {{kind}}
        {
            switch (VectorWidth.Bits)
            {
                {{VectorShape.All.Select(shape => $"""
                    {(shape.Bits == 128 ? "default:" : $"case {shape.Bits}:")}
                        {name}<{shape.Variant}, TWeight>({arguments});
                        break;
                    """)}}
            }
        }
        """);

    private static string Codes(VectorShape shape)
    {
        string narrow = shape.Bits switch
        {
            512 => """
                ShortWords places = Vector512.Narrow(places0, places1);
                var bytes = Vector256.Narrow(Vector512.GetLower(places), Vector512.GetUpper(places));
                var low = Vector256.GetLower(bytes);
                var high = Vector256.GetUpper(bytes);
                """,
            256 => """
                var bytes = Vector256.Narrow(Vector256.Narrow(places0, places1), Vector256.Narrow(places2, places3));
                var low = Vector256.GetLower(bytes);
                var high = Vector256.GetUpper(bytes);
                """,
            _ => """
                var low = Vector128.Narrow(Vector128.Narrow(places0, places1), Vector128.Narrow(places2, places3));
                var high = Vector128.Narrow(Vector128.Narrow(places4, places5), Vector128.Narrow(places6, places7));
                """,
        };
        return Template.Text($$"""
            /// <inheritdoc/>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static void QuantizeFourBits<TWeight>(ref float numbers, float first, float second, ref byte codes)
                where TWeight : struct, IFourBits
            {
                {{CpuText.Each(CodesAtOnce / shape.Lanes, i =>
                    $"Words places{i} = Places<TWeight>({shape.Load("numbers", i * shape.Lanes)} * first * second);")}}
                {{narrow}}
                var order = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(TWeight.Order));
                Vector128.StoreUnsafe(FourBitCodes.Join(Vector128.ShuffleNative(order, low), Vector128.ShuffleNative(order, high)), ref codes);
            }
            """);
    }

    private static string WalkTree(VectorShape shape)
    {
        string[] points = shape.Bits == 512 ? ["points"] : ["points", "lowestPoints"];
        string lowest = shape.Bits == 512 ? "points, node" : "lowestPoints, node & Vector256.Create(7)";
        return Template.Text($$"""
            /// <summary>How many decision points are below each number, found on the way down their tree. A comparison gives -1 where it holds.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static Words Places<TWeight>(Floats numbers)
                where TWeight : struct, IFourBits
            {
                {{points.Select((name, i) => $"Floats {name} = {shape.Load("MemoryMarshal.GetReference(TWeight.Tree)", i * shape.Lanes)};")}}
                Integers node = {{shape.Name}}.Create(2) - {{Above($"{shape.Name}.Create(TWeight.Tree[1])", shape)}};
                node = node + node - {{Above($"{shape.Name}.ShuffleNative(points, node)", shape)}};
                node = node + node - {{Above($"{shape.Name}.ShuffleNative(points, node)", shape)}};
                node = node + node - {{Above($"{shape.Name}.ShuffleNative({lowest})", shape)}};
                return {{shape.Name}}.AsUInt32(node - {{shape.Name}}.Create(16));
            }
            """);
    }

    private static string Above(string point, VectorShape shape) => $"{shape.Name}.AsInt32({shape.Name}.GreaterThan(numbers, {point}))";
}
