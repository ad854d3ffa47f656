namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the sum of a tile over a packed W for few rows: each number of W serves so few products that it is decoded in a
/// register, and never stored. Several sums of one row run side by side where there are few rows, since each waits for its
/// last addition.
/// </summary>
internal static class CodeSumPrinter
{
    private const int CodesInWord = 8;

    /// <summary>
    /// The codes of a piece share scales, so its sum is formed without them and multiplied once. Eight input features come
    /// from one pair of vectors of words, shifted by four bits from one to the next.
    /// </summary>
    public static string FourBits(VectorShape shape, int height)
    {
        int sums = SumsOf(height);
        return Template.Text($$"""
            else if (TWeight.Bits == 4)
            {
                ref uint codes = ref Unsafe.As<float, uint>(ref vectors);
                {{Codebook(shape)}}
                for (; depth > 0; depth -= piece)
                {
                    {{Zeros(height, sums)}}
                    for (nint left = piece; left > 0; left -= {{CodesInWord}})
                    {
                        Words lowCodes = {{shape.Load("codes", 0)}}, highCodes = {{shape.Load("codes", shape.Lanes)}};
                        {{CpuText.Each(CodesInWord, code => Step(
                            shape, height, code * height, code % sums, code == 0 ? "lowCodes" : $"lowCodes >>> {4 * code}", code == 0 ? "highCodes" : $"highCodes >>> {4 * code}"))}}
                        codes = ref Unsafe.Add(ref codes, {{CpuText.PanelWidth}});
                        singles = ref Unsafe.Add(ref singles, {{CodesInWord * height}});
                    }

                    Floats lowScale = {{shape.Load("scales", 0)}}, highScale = {{shape.Load("scales", shape.Lanes)}};
                    {{CpuText.Each(height, row => $"""
                        low{row} = {shape.Name}.MultiplyAddEstimate({Together("low", row, sums)}, lowScale, low{row});
                        high{row} = {shape.Name}.MultiplyAddEstimate({Together("high", row, sums)}, highScale, high{row});
                        """)}}
                    scales = ref Unsafe.Add(ref scales, {{CpuText.PanelWidth}});
                }
            }
            """);
    }

    /// <summary>The sum over numbers of 16 bits, which have no scales.</summary>
    public static string SixteenBits(VectorShape shape, int height)
    {
        int sums = SumsOf(height);
        string[] loops = sums == 1 ? [Loop(1)] : [Loop(sums), Loop(1)];
        return Template.Text($$"""
            else if (TWeight.Bits == 16)
            {
                ref ushort codes = ref Unsafe.As<float, ushort>(ref vectors);
                {{Codebook(shape)}}
                {{Zeros(height, sums)}}
                {{string.Join("\n\n", loops)}}

                {{CpuText.Each(height, row => $"low{row} += {Together("low", row, sums)};\nhigh{row} += {Together("high", row, sums)};")}}
            }
            """);

        string Loop(int steps) => Template.Text($$"""
            for (; depth >= {{steps}}; depth -= {{steps}})
            {
                {{CpuText.Each(steps, step => $"""
                    ShortWords codes{step} = {shape.Load("codes", step * CpuText.PanelWidth)};
                    {Step(shape, height, step * height, step, $"{shape.Name}.WidenLower(codes{step})", $"{shape.Name}.WidenUpper(codes{step})")}
                    """)}}
                codes = ref Unsafe.Add(ref codes, {{steps * CpuText.PanelWidth}});
                singles = ref Unsafe.Add(ref singles, {{steps * height}});
            }
            """);
    }

    /// <summary>Loads the codebook of 4 bits into the vectors that hold it; other formats have none.</summary>
    public static IEnumerable<string> Codebook(VectorShape shape) => shape.Codebook.Select((name, i) =>
        $"Floats {name} = TWeight.Bits == 4 ? {shape.Load("MemoryMarshal.GetReference(TWeight.Codebook)", i * shape.Lanes)} : Floats.Zero;");

    /// <summary>The numbers that words' lowest bits stand for.</summary>
    public static string Decode(VectorShape shape, string words) => $"TWeight.Decode({words}{string.Concat(shape.Codebook.Select(name => $", {name}"))})";

    private static int SumsOf(int height) => Math.Max(1, 4 / height);

    private static string Step(VectorShape shape, int height, int single, int sum, string low, string high) => TilePrinter.Step(
        height,
        $"{Decode(shape, low)}, {Decode(shape, high)}",
        $"ref {CpuText.At("singles", single)}",
        "1",
        row => $"low{row}x{sum}",
        row => $"high{row}x{sum}");

    private static IEnumerable<string> Zeros(int height, int sums) =>
        CpuText.Each(height, row => $"Floats {CpuText.List(sums, sum => $"low{row}x{sum} = Floats.Zero, high{row}x{sum} = Floats.Zero")};");

    private static string Together(string half, int row, int sums) => sums == 1
        ? $"{half}{row}x0"
        : string.Join(" + ", Enumerable.Range(0, sums / 2).Select(i => $"({half}{row}x{2 * i} + {half}{row}x{(2 * i) + 1})"));
}
