using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// What the kernels of a packed format are made of, in vectors of one width: how codes turn into numbers. Panels hold the
/// codes as PackedPanels orders them: 32 output features side by side, of 4 bits eight input features in a word.
/// </summary>
/// <param name="Stored">The format.</param>
/// <param name="Shape">The vectors.</param>
internal sealed record StoredText(StoredFormat Stored, VectorShape Shape)
{
    /// <summary>Input features whose 4-bit codes share a word.</summary>
    public const int CodesInWord = 8;

    private const int PanelWidth = 32;

    /// <summary>The type of the elements that codes are read as.</summary>
    public string Element => Stored.Bits switch
    {
        4 => "uint",
        8 => "byte",
        _ => "ushort",
    };

    /// <summary>Elements from one panel to the next.</summary>
    public string PanelElements => Stored.Bits == 4 ? $"(nint)((inFeatures + {CodesInWord - 1}) / {CodesInWord}) * {PanelWidth}" : $"(nint)inFeatures * {PanelWidth}";

    /// <summary>Whether a tile's sum may run over codes, which it decodes in registers, where a product has few rows.</summary>
    public bool DecodesInRegisters => Stored.Bits != 8;

    /// <summary>The condition that a product's sum can run over codes, beside that it has few rows.</summary>
    public string RegisterCondition => Stored.Bits == 4 ? $" && segment % {CodesInWord} == 0" : string.Empty;

    /// <summary>The values of the 16 codes of 4 bits, as bitsandbytes defines them.</summary>
    private IReadOnlyList<float> Codebook => CodebookValues.Of(Stored.Numbers);

    /// <summary>Emits the methods that turn a piece of a panel into numbers, and find the scales of its blocks.</summary>
    public void Emit(SourceWriter writer)
    {
        if (Stored.HasBlocks)
            ScalesMethod(writer);
        DecodeMethod(writer);
        if (Stored.Bits == 4)
            NumbersMethod(writer);
        else if (Stored.Numbers == StoredNumbers.Float16)
            HalfMethod(writer);
    }

    /// <summary>Emits constants that a kernel's loops use.</summary>
    public void Constants(SourceWriter writer)
    {
        if (Stored.Bits != 4)
            return;
        switch (Shape.Bits)
        {
            case 512:
                writer.Line($"Floats codebook = {Create(Codebook)};");
                break;
            case 256:
                writer.Line($"Floats lowCodebook = {Create(Codebook.Take(8))};");
                writer.Line($"Floats highCodebook = {Create(Codebook.Skip(8))};");
                break;
        }
    }

    /// <summary>The numbers that a vector of words holds in the lowest four bits of each.</summary>
    public string Numbers(string words) => Shape.Bits switch
    {
        512 => $"Numbers({words}, codebook)",
        256 => $"Numbers({words}, lowCodebook, highCodebook)",
        _ => $"Numbers({words})",
    };

    /// <summary>Emits the sum of a tile over codes: as many rows as the tile is high, two vectors of output features.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="height">The tile's rows.</param>
    /// <param name="sum">The name of the sum of a row (the first argument) and the first or second vector (the second).</param>
    public void Sum(SourceWriter writer, int height, Func<int, int, string> sum)
    {
        if (Stored.Bits == 4)
            SumOverWords(writer, height, sum);
        else
            SumOverNumbers(writer, height, sum);
    }

    private string Create(IEnumerable<float> values) => $"{Shape.Name}.Create({string.Join(", ", values.Select(FloatLiteral.Of))})";

    /// <summary>Several sums of one row run side by side where there are few rows, since each waits for its last addition.</summary>
    private static int SumsOf(int height) => Math.Max(1, 4 / height);

    /// <summary>
    /// The codes of a segment share scales, so its sum is formed without them and multiplied once. Eight input features come
    /// from one pair of vectors of words, shifted by four bits from one to the next.
    /// </summary>
    private void SumOverWords(SourceWriter writer, int height, Func<int, int, string> sum)
    {
        int sums = SumsOf(height);
        Constants(writer);
        writer.Open("for (; depth > 0; depth -= segment)");
        Zeros(writer, height, sums);
        writer.Open($"for (nint left = segment; left > 0; left -= {CodesInWord})");
        writer.Line($"Words wordsLow = {CpuText.Load(Shape, "codes", 0)};");
        writer.Line($"Words wordsHigh = {CpuText.Load(Shape, "codes", Shape.Lanes)};");
        for (int code = 0; code < CodesInWord; code++)
        {
            string shift = code == 0 ? string.Empty : $" >>> {4 * code}";
            writer.Line($"Floats low{code} = {Numbers($"wordsLow{shift}")};");
            writer.Line($"Floats high{code} = {Numbers($"wordsHigh{shift}")};");
            MultiplyAdd(writer, height, code, code % sums, $"low{code}", $"high{code}");
        }

        writer.Line(CpuText.Advance("codes", $"{PanelWidth}"));
        writer.Line(CpuText.Advance("x", $"{CodesInWord * height}"));
        writer.Close();
        writer.Line();
        writer.Line($"Floats scaleLow = {CpuText.Load(Shape, "scales", 0)};");
        writer.Line($"Floats scaleHigh = {CpuText.Load(Shape, "scales", Shape.Lanes)};");
        for (int row = 0; row < height; row++)
        {
            writer.Line(CpuText.MultiplyAdd(Shape, sum(row, 0), Together("Low", row, sums), "scaleLow"));
            writer.Line(CpuText.MultiplyAdd(Shape, sum(row, 1), Together("High", row, sums), "scaleHigh"));
        }

        writer.Line(CpuText.Advance("scales", $"{PanelWidth}"));
        writer.Close();
    }

    private void SumOverNumbers(SourceWriter writer, int height, Func<int, int, string> sum)
    {
        int sums = SumsOf(height);
        Zeros(writer, height, sums);
        if (sums > 1)
        {
            writer.Open($"for (; depth >= {sums}; depth -= {sums})");
            for (int step = 0; step < sums; step++)
                Step(step, step);
            writer.Line(CpuText.Advance("codes", $"{sums * PanelWidth}"));
            writer.Line(CpuText.Advance("x", $"{sums * height}"));
            writer.Close();
            writer.Line();
        }

        writer.Open("for (; depth > 0; depth--)");
        Step(0, 0);
        writer.Line(CpuText.Advance("codes", $"{PanelWidth}"));
        writer.Line(CpuText.Advance("x", $"{height}"));
        writer.Close();
        writer.Line();
        for (int row = 0; row < height; row++)
        {
            writer.Line($"{sum(row, 0)} += {Together("Low", row, sums)};");
            writer.Line($"{sum(row, 1)} += {Together("High", row, sums)};");
        }

        void Step(int step, int into)
        {
            writer.Line($"ShortWords numbers{step} = {CpuText.Load(Shape, "codes", step * PanelWidth)};");
            writer.Line($"Floats low{step} = {Widened($"numbers{step}", "Lower")};");
            writer.Line($"Floats high{step} = {Widened($"numbers{step}", "Upper")};");
            MultiplyAdd(writer, height, step, into, $"low{step}", $"high{step}");
        }
    }

    private static void Zeros(SourceWriter writer, int height, int sums)
    {
        for (int row = 0; row < height; row++)
        {
            for (int i = 0; i < sums; i++)
                writer.Line($"Floats part{row}Low{i} = Floats.Zero, part{row}High{i} = Floats.Zero;");
        }
    }

    private static string Together(string half, int row, int sums) => sums == 1
        ? $"part{row}{half}0"
        : string.Join(" + ", Enumerable.Range(0, sums / 2).Select(i => $"(part{row}{half}{2 * i} + part{row}{half}{(2 * i) + 1})"));

    private void MultiplyAdd(SourceWriter writer, int height, int step, int into, string low, string high)
    {
        for (int row = 0; row < height; row++)
        {
            string single = $"x{step}Spread{row}";
            writer.Line($"Floats {single} = {Shape.Name}.Create({CpuText.At("x", (step * height) + row)});");
            writer.Line(CpuText.MultiplyAdd(Shape, $"part{row}Low{into}", low, single));
            writer.Line(CpuText.MultiplyAdd(Shape, $"part{row}High{into}", high, single));
        }
    }

    /// <summary>One half of a vector of 16-bit numbers, as float32.</summary>
    private string Widened(string numbers, string half)
    {
        string widened = $"{Shape.Name}.Widen{half}({numbers})";
        return Stored.Numbers == StoredNumbers.BFloat16 ? $"{Shape.Name}.AsSingle({widened} << 16)" : $"Half({widened})";
    }

    private void ScalesMethod(SourceWriter writer)
    {
        int shift = 0;
        while (1 << shift < Stored.BlockSize)
            shift++;
        writer.Line();
        writer.Line("/// <summary>scales[i, lane] for some segments of input features, in each of which a panel's output features keep their blocks.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        writer.Open("private static void Scales(PackedWeight weight, int panel, int firstSegment, int segments, int segment, ref float scales)");
        writer.Line($"int inFeatures = weight.Shape.Columns;");
        writer.Line($"int width = Math.Min({PanelWidth}, weight.Shape.Rows - (panel * {PanelWidth}));");
        if (Stored.DoubleQuantized)
        {
            writer.Line("""
                ref byte codes = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(weight.ScaleCodes!.Span));
                ref float maxima = ref MemoryMarshal.GetReference(weight.NestedMaxima!.Span);
                ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);
                float offset = weight.Offset;
                """);
        }
        else
        {
            writer.Line("ref float maxima = ref MemoryMarshal.GetReference(weight.Maxima!.Span);");
        }

        writer.Line($"""
            if (width < {PanelWidth})
                MemoryMarshal.CreateSpan(ref scales, segments * {PanelWidth}).Clear();
            """);
        writer.Open("for (int lane = 0; lane < width; lane++)");
        writer.Line($"nint element = (((nint)(panel * {PanelWidth}) + lane) * inFeatures) + (firstSegment * segment);");
        writer.Line("ref float scale = ref Unsafe.Add(ref scales, lane);");
        writer.Open("for (nint left = segments; left > 0; left--)");
        writer.Line($"nint block = element >> {shift};");
        writer.Line(Stored.DoubleQuantized
            ? "scale = (Unsafe.Add(ref map, (nint)Unsafe.Add(ref codes, block)) * Unsafe.Add(ref maxima, block >> 8)) + offset;"
            : "scale = Unsafe.Add(ref maxima, block);");
        writer.Line(CpuText.Advance("scale", $"{PanelWidth}"));
        writer.Line("element += segment;");
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private void DecodeMethod(SourceWriter writer)
    {
        string scales = Stored.HasBlocks ? "ref float scales, int firstSegment, nint segment, " : string.Empty;
        CpuText.Kernel(
            writer,
            "decoded[i, lane]: the numbers of a panel for some input features.",
            $"private static void Decode(ref {Element} codes, {scales}nint first, nint count, ref float decoded)");
        if (!Stored.HasBlocks)
        {
            writer.Line(CpuText.Advance("codes", $"first * {PanelWidth}"));
            writer.Open("for (; count > 0; count--)");
            for (int lane = 0; lane < PanelWidth; lane += Shape.TileWidth)
            {
                string numbers = $"numbers{lane / Shape.TileWidth}";
                writer.Line($"ShortWords {numbers} = {CpuText.Load(Shape, "codes", lane)};");
                writer.Line(CpuText.Store(Shape, Widened(numbers, "Lower"), "decoded", lane));
                writer.Line(CpuText.Store(Shape, Widened(numbers, "Upper"), "decoded", lane + Shape.Lanes));
            }

            writer.Line(CpuText.Advance("codes", $"{PanelWidth}"));
            writer.Line(CpuText.Advance("decoded", $"{PanelWidth}"));
            writer.Close();
            writer.Close();
            return;
        }

        Constants(writer);
        if (Stored.Bits == 8)
            writer.Line("ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);");
        writer.Line("nint end = first + count;");
        writer.Open("while (first < end)");
        writer.Line($$"""
            nint number = first / segment;
            nint stop = Math.Min(end, (number + 1) * segment);
            ref float scale = ref Unsafe.Add(ref scales, (number - firstSegment) * {{PanelWidth}});
            """);
        for (int vector = 0; vector < PanelWidth / Shape.Lanes; vector++)
            writer.Line($"Floats scale{vector} = {CpuText.Load(Shape, "scale", vector * Shape.Lanes)};");
        writer.Open("for (; first < stop; first++)");
        if (Stored.Bits == 4)
            DecodeWords(writer);
        else
            DecodeBytes(writer);
        writer.Line(CpuText.Advance("decoded", $"{PanelWidth}"));
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private void DecodeWords(SourceWriter writer)
    {
        writer.Line($"ref uint words = ref Unsafe.Add(ref codes, (first >> 3) * {PanelWidth});");
        writer.Line("int shift = (int)(first & 7) * 4;");
        for (int vector = 0; vector < PanelWidth / Shape.Lanes; vector++)
        {
            writer.Line($"Floats numbers{vector} = {Numbers($"{CpuText.Load(Shape, "words", vector * Shape.Lanes)} >>> shift")};");
            writer.Line(CpuText.Store(Shape, $"numbers{vector} * scale{vector}", "decoded", vector * Shape.Lanes));
        }
    }

    private void DecodeBytes(SourceWriter writer)
    {
        writer.Line($$"""
            ref byte row = ref Unsafe.Add(ref codes, first * {{PanelWidth}});
            for (int lane = 0; lane < {{PanelWidth}}; lane += 4)
            {
                Unsafe.Add(ref decoded, lane) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane));
                Unsafe.Add(ref decoded, lane + 1) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 1));
                Unsafe.Add(ref decoded, lane + 2) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 2));
                Unsafe.Add(ref decoded, lane + 3) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 3));
            }

            """);
        for (int vector = 0; vector < PanelWidth / Shape.Lanes; vector++)
            writer.Line(CpuText.Store(Shape, $"{CpuText.Load(Shape, "decoded", vector * Shape.Lanes)} * scale{vector}", "decoded", vector * Shape.Lanes));
    }

    private void NumbersMethod(SourceWriter writer)
    {
        string codebooks = Shape.Bits switch
        {
            512 => ", Floats codebook",
            256 => ", Floats lowCodebook, Floats highCodebook",
            _ => string.Empty,
        };
        writer.Line();
        writer.Line($"/// <summary>The {Stored.Numbers} numbers whose codes are in the lowest four bits of each word. The processors' look-ups ignore the bits above.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open($"private static Floats Numbers(Words words{codebooks})");
        switch (Shape.Bits)
        {
            case 512:
                writer.Line("""
                    if (Avx512F.IsSupported)
                        return Avx512F.PermuteVar16x32(codebook, Vector512.AsInt32(words));
                    return Vector512.ShuffleNative(codebook, Vector512.AsInt32(words & Vector512.Create(15u)));
                    """);
                break;
            case 256:
                writer.Line("""
                    if (Avx2.IsSupported)
                    {
                        Floats low = Avx2.PermuteVar8x32(lowCodebook, Vector256.AsInt32(words));
                        Floats high = Avx2.PermuteVar8x32(highCodebook, Vector256.AsInt32(words));
                        return Avx2.BlendVariable(low, high, Vector256.AsSingle(words << 28));
                    }

                    Integers index = Vector256.AsInt32(words & Vector256.Create(7u));
                    Integers isHigh = Vector256.AsInt32(words << 28) >> 31;
                    return Vector256.ConditionalSelect(Vector256.AsSingle(isHigh), Vector256.ShuffleNative(highCodebook, index), Vector256.ShuffleNative(lowCodebook, index));
                    """);
                break;
            default:
                writer.Line("ref float codebook = ref MemoryMarshal.GetReference(Codebook);");
                writer.Line($"return {Shape.Name}.Create({string.Join(", ", Enumerable.Range(0, Shape.Lanes).Select(lane => $"Unsafe.Add(ref codebook, (int)(Vector128.GetElement(words, {lane}) & 15))"))});");
                break;
        }

        writer.Close();
        if (Shape.Bits > 128)
            return;
        writer.Line();
        writer.Line($"/// <summary>The values of the 16 codes of {Stored.Numbers}.</summary>");
        writer.Line($"private static global::System.ReadOnlySpan<float> Codebook => [{string.Join(", ", Codebook.Select(FloatLiteral.Of))}];");
    }

    private void HalfMethod(SourceWriter writer)
    {
        writer.Line();
        writer.Line("/// <summary>Half precision to float32: exponent and fraction move into place, and a factor of 2^112 corrects the exponent, that of subnormal numbers too.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open($"private static Floats Half(Words numbers)");
        writer.Line($$"""
            Floats magnitude = {{Shape.Name}}.AsSingle((numbers & {{Shape.Name}}.Create(0x7FFFu)) << 13) * {{Shape.Name}}.Create(5.192296858534828E+33f);
            return {{Shape.Name}}.AsSingle({{Shape.Name}}.AsUInt32(magnitude) | ((numbers & {{Shape.Name}}.Create(0x8000u)) << 16));
            """);
        writer.Close();
    }
}
