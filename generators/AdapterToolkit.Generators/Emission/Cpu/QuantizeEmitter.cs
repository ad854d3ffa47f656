using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the way of numbers into a format, from row-major float32 to the codes of checkpoints, in vectors of one width. A
/// number's code of 4 bits is found among the format's decision points: the wider vectors walk down a tree of them, whose
/// nodes are lanes of constant vectors, in four comparisons; the others compare with all fifteen and count.
/// </summary>
/// <param name="stored">The format.</param>
/// <param name="shape">The vectors.</param>
internal sealed class QuantizeEmitter(StoredFormat stored, VectorShape shape)
{
    /// <summary>Numbers whose codes are found together; blocks are multiples of it.</summary>
    private const int Group = 32;

    /// <summary>Nodes of the tree of decision points, counted from one; those of its lowest level are the last eight.</summary>
    private const int Nodes = 16;

    /// <summary>Emits the statements that quantize blocks to 8 bits, one number after the other.</summary>
    public static void EightBits(SourceWriter writer, StoredFormat stored)
    {
        writer.Line("NearestCodeTable nearest = NearestCodeTable.Dynamic8;");
        OpenBlocks(writer, stored, "codes.Slice(start, numbers.Length)");
        writer.Line("for (int i = 0; i < numbers.Length; i++)");
        writer.Line("    blockCodes[i] = nearest.Find(normalization.Apply(numbers[i]));");
        writer.Close();
    }

    /// <summary>Emits the methods of 4 or 16 bits.</summary>
    public void Emit(SourceWriter writer)
    {
        if (stored.Bits == 4)
        {
            Blocks(writer);
            Codes(writer);
            Places(writer);
        }
        else if (stored.Bits == 16)
        {
            SixteenBits(writer);
            Rounded(writer);
        }
    }

    /// <summary>Opens the loop over blocks, and in it what a block's codes depend on.</summary>
    private static void OpenBlocks(SourceWriter writer, StoredFormat stored, string codes)
    {
        writer.Open("for (int block = 0; block < maxima.Length; block++)");
        writer.Line($"""
            int start = block * {stored.BlockSize};
            Numbers numbers = values.Slice(start, global::System.Math.Min({stored.BlockSize}, values.Length - start));
            float largest = LargestMagnitude.Of(numbers);
            maxima[block] = largest;
            BlockNormalization normalization = new(largest);
            global::System.Span<byte> blockCodes = {codes};
            """);
    }

    private void Blocks(SourceWriter writer)
    {
        CpuText.Kernel(
            writer,
            "maxima[block] = max |values|, and the codes of the numbers divided by it, two in a byte.",
            "internal static void Quantize(Numbers values, global::System.Span<byte> codes, global::System.Span<float> maxima)");
        OpenBlocks(writer, stored, "codes.Slice(start / 2, (numbers.Length + 1) / 2)");
        writer.Line($$"""
            ref float number = ref MemoryMarshal.GetReference(numbers);
            ref byte code = ref MemoryMarshal.GetReference(blockCodes);
            Floats first = {{shape.Name}}.Create(normalization.First);
            Floats second = {{shape.Name}}.Create(normalization.Second);
            int i = 0;
            for (; i <= numbers.Length - {{Group}}; i += {{Group}})
                Vector128.StoreUnsafe(Codes(ref Unsafe.Add(ref number, i), first, second), ref Unsafe.Add(ref code, i / 2));
            if (i == numbers.Length)
                continue;

            // The last numbers are followed by zeros; so is the last one of an odd count, which shares its byte with one.
            global::System.Span<float> rest = stackalloc float[{{Group}}];
            rest.Clear();
            numbers.Slice(i).CopyTo(rest);
            global::System.Span<byte> restCodes = stackalloc byte[{{Group / 2}}];
            Vector128.StoreUnsafe(Codes(ref MemoryMarshal.GetReference(rest), first, second), ref MemoryMarshal.GetReference(restCodes));
            restCodes.Slice(0, (numbers.Length - i + 1) / 2).CopyTo(blockCodes.Slice(i / 2));
            """);
        writer.Close();
        writer.Close();
    }

    private void Codes(SourceWriter writer)
    {
        writer.Line();
        writer.Line($"/// <summary>The codes of {Group} numbers, two in a byte.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open("private static Bytes Codes(ref float numbers, Floats first, Floats second)");
        for (int vector = 0; vector < Group / shape.Lanes; vector++)
            writer.Line($"Words places{vector} = Places({CpuText.Load(shape, "numbers", vector * shape.Lanes)} * first * second);");
        switch (shape.Bits)
        {
            case 512:
                writer.Line("ShortWords places = Vector512.Narrow(places0, places1);");
                Halves("Vector256.Narrow(Vector512.GetLower(places), Vector512.GetUpper(places))");
                break;
            case 256:
                Halves("Vector256.Narrow(Vector256.Narrow(places0, places1), Vector256.Narrow(places2, places3))");
                break;
            default:
                writer.Line("Bytes low = Vector128.Narrow(Vector128.Narrow(places0, places1), Vector128.Narrow(places2, places3));");
                writer.Line("Bytes high = Vector128.Narrow(Vector128.Narrow(places4, places5), Vector128.Narrow(places6, places7));");
                break;
        }

        if (CodebookValues.IsOrdered(stored.Numbers))
        {
            writer.Line("return FourBitCodes.Join(low, high);");
        }
        else
        {
            writer.Line();
            writer.Line("// The codes in the order of their values.");
            writer.Line($"Bytes codes = Vector128.Create((byte){string.Join(", ", CodebookValues.Order(stored.Numbers))});");
            writer.Line("return FourBitCodes.Join(Vector128.ShuffleNative(codes, low), Vector128.ShuffleNative(codes, high));");
        }

        writer.Close();

        void Halves(string bytes)
        {
            writer.Line($"var bytes = {bytes};");
            writer.Line("Bytes low = Vector256.GetLower(bytes), high = Vector256.GetUpper(bytes);");
        }
    }

    private void Places(SourceWriter writer)
    {
        IReadOnlyList<float> points = CodebookValues.DecisionPoints(stored.Numbers);
        writer.Line();
        writer.Line("/// <summary>How many decision points are below each number: the middles between neighbouring values. A comparison gives -1 where it holds.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open("private static Words Places(Floats numbers)");
        if (shape.Bits == 128)
        {
            writer.Line("Integers places = Integers.Zero;");
            foreach (float point in points)
                writer.Line($"places -= Vector128.AsInt32(Vector128.GreaterThan(numbers, Vector128.Create({FloatLiteral.Of(point)})));");
            writer.Line("return Vector128.AsUInt32(places);");
            writer.Close();
            return;
        }

        // Below node n of the tree are nodes 2n, where the number is not above its point, and 2n + 1.
        float[] tree = Tree(points);
        string below = $"{shape.Name}.ShuffleNative({(shape.Bits == 512 ? "points" : "upperPoints")}, node)";
        string lowest = shape.Bits == 512 ? below : "Vector256.ShuffleNative(lowestPoints, node & Vector256.Create(7))";
        if (shape.Bits == 512)
        {
            writer.Line($"Floats points = {CpuText.Create(shape, tree)};");
        }
        else
        {
            writer.Line($"Floats upperPoints = {CpuText.Create(shape, tree.Take(Nodes / 2))};");
            writer.Line($"Floats lowestPoints = {CpuText.Create(shape, tree.Skip(Nodes / 2))};");
        }

        writer.Line($"Integers node = {shape.Name}.Create(2) - {Above($"{shape.Name}.Create({FloatLiteral.Of(tree[1])})")};");
        writer.Line($"node = node + node - {Above(below)};");
        writer.Line($"node = node + node - {Above(below)};");
        writer.Line($"node = node + node - {Above(lowest)};");
        writer.Line($"return {shape.Name}.AsUInt32(node - {shape.Name}.Create({Nodes}));");
        writer.Close();
    }

    private string Above(string point) => $"{shape.Name}.AsInt32({shape.Name}.GreaterThan(numbers, {point}))";

    /// <summary>The points as a tree of comparisons, its root at index one; index zero is not used.</summary>
    private static float[] Tree(IReadOnlyList<float> points)
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

    private void SixteenBits(SourceWriter writer)
    {
        CpuText.Kernel(
            writer,
            "codes[i] = values[i], rounded to 16 bits.",
            "internal static void Quantize(Numbers values, global::System.Span<byte> codes)");
        writer.Line($$"""
            ref float from = ref MemoryMarshal.GetReference(values);
            ref ushort to = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(codes));
            int i = 0;
            for (; i <= values.Length - {{shape.TileWidth}}; i += {{shape.TileWidth}})
                {{shape.Name}}.StoreUnsafe(Rounded(ref Unsafe.Add(ref from, i)), ref Unsafe.Add(ref to, i));
            if (i == values.Length)
                return;

            // The last numbers are followed by zeros.
            global::System.Span<float> rest = stackalloc float[{{shape.TileWidth}}];
            rest.Clear();
            values.Slice(i).CopyTo(rest);
            global::System.Span<ushort> rounded = stackalloc ushort[{{shape.TileWidth}}];
            {{shape.Name}}.StoreUnsafe(Rounded(ref MemoryMarshal.GetReference(rest)), ref MemoryMarshal.GetReference(rounded));
            MemoryMarshal.AsBytes(rounded.Slice(0, values.Length - i)).CopyTo(codes.Slice(2 * i));
            """);
        writer.Close();
        writer.Line();
        writer.Line($"/// <summary>{shape.TileWidth} numbers, rounded.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Line($"private static ShortWords Rounded(ref float numbers) => {shape.Name}.Narrow(Rounded({CpuText.Load(shape, "numbers", 0)}), Rounded({CpuText.Load(shape, "numbers", shape.Lanes)}));");
    }

    private void Rounded(SourceWriter writer)
    {
        writer.Line();
        if (stored.Numbers == StoredNumbers.BFloat16)
        {
            writer.Line("/// <summary>The upper half of the bits, once half a unit of it, less one where it is even, is added.</summary>");
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            writer.Open("private static Words Rounded(Floats numbers)");
            writer.Line($$"""
                Words bits = {{shape.Name}}.AsUInt32(numbers);
                return (bits + {{shape.Name}}.Create(0x7FFFu) + ((bits >>> 16) & Words.One)) >>> 16;
                """);
        }
        else
        {
            writer.Line("/// <summary>Exponent and fraction move into place, rounded. Below half precision's normal numbers 1/2 is added, whose unit in the last place is theirs.</summary>");
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            writer.Open("private static Words Rounded(Floats numbers)");
            writer.Line($$"""
                Words bits = {{shape.Name}}.AsUInt32(numbers);
                Words magnitude = bits & {{shape.Name}}.Create(0x7FFFFFFFu);
                Words sign = (bits ^ magnitude) >>> 16;
                Words normal = (magnitude - {{shape.Name}}.Create((112u << 23) - 0xFFFu) + ((magnitude >>> 13) & Words.One)) >>> 13;
                Floats half = {{shape.Name}}.Create(0.5f);
                Words subnormal = {{shape.Name}}.AsUInt32({{shape.Name}}.AsSingle(magnitude) + half) - {{shape.Name}}.AsUInt32(half);
                return sign | {{shape.Name}}.ConditionalSelect({{shape.Name}}.LessThan(magnitude, {{shape.Name}}.Create(113u << 23)), subnormal, normal);
                """);
        }

        writer.Close();
    }
}
