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
    public static string FourBits(int height)
    {
        int sums = SumsOf(height);
        return Template.Text($$"""
            else if (TWeight.Bits == 4)
            {
                TVectors.Codebook(TWeight.Codebook, out TVector lowCodebook, out TVector highCodebook);
                for (; depth > 0; depth -= piece)
                {
                    {{Zeros(height, sums)}}
                    for (nint left = piece; left > 0; left -= {{CodesInWord}})
                    {
                        TVector low = TOperations.Load(ref vectors, 0), high = TOperations.Load(ref vectors, TOperations.Count);
                        {{CpuText.Each(CodesInWord, code => Step(height, code * height, code % sums, Decode("low", code), Decode("high", code)))}}
                        vectors = ref Unsafe.Add(ref vectors, {{CpuText.PanelWidth}});
                        singles = ref Unsafe.Add(ref singles, {{CodesInWord * height}});
                    }

                    TVector lowScale = TOperations.Load(ref scales, 0), highScale = TOperations.Load(ref scales, TOperations.Count);
                    {{CpuText.Each(height, row => $"""
                        low{row} = TOperations.MultiplyAdd({Together("low", row, sums)}, lowScale, low{row});
                        high{row} = TOperations.MultiplyAdd({Together("high", row, sums)}, highScale, high{row});
                        """)}}
                    scales = ref Unsafe.Add(ref scales, {{CpuText.PanelWidth}});
                }
            }
            """);
    }

    /// <summary>The sum over numbers of 16 bits, of which a vector holds twice as many as of float32. They have no scales.</summary>
    public static string SixteenBits(int height)
    {
        int sums = SumsOf(height);
        string[] loops = sums == 1 ? [Loop(1)] : [Loop(sums), Loop(1)];
        return Template.Text($$"""
            else if (TWeight.Bits == 16)
            {
                {{Zeros(height, sums)}}
                {{string.Join("\n\n", loops)}}

                {{CpuText.Each(height, row => $"""
                    low{row} = TOperations.Add(low{row}, {Together("low", row, sums)});
                    high{row} = TOperations.Add(high{row}, {Together("high", row, sums)});
                    """)}}
            }
            """);

        string Loop(int steps) => Template.Text($$"""
            for (; depth >= {{steps}}; depth -= {{steps}})
            {
                {{CpuText.Each(steps, step => $"""
                    TVector numbers{step} = TOperations.Load(ref vectors, {step * CpuText.PanelWidth / 2});
                    {Step(height, step * height, step, $"TVectors.DecodeLower<TWeight>(numbers{step})", $"TVectors.DecodeUpper<TWeight>(numbers{step})")}
                    """)}}
                vectors = ref Unsafe.Add(ref vectors, {{steps * CpuText.PanelWidth / 2}});
                singles = ref Unsafe.Add(ref singles, {{steps * height}});
            }
            """);
    }

    private static int SumsOf(int height) => Math.Max(1, 4 / height);

    private static string Decode(string words, int code) => $"TVectors.DecodeWords<TWeight>({words}, {4 * code}, lowCodebook, highCodebook)";

    private static string Step(int height, int single, int sum, string low, string high) =>
        TilePrinter.Step(height, $"{low}, {high}", "ref singles", $"{single}", row => $"low{row}x{sum}", row => $"high{row}x{sum}");

    private static IEnumerable<string> Zeros(int height, int sums) =>
        CpuText.Each(height, row => $"TVector {CpuText.List(sums, sum => $"low{row}x{sum} = TOperations.Zero, high{row}x{sum} = TOperations.Zero")};");

    private static string Together(string half, int row, int sums) => sums switch
    {
        1 => $"{half}{row}x0",
        2 => $"TOperations.Add({half}{row}x0, {half}{row}x1)",
        _ => $"TOperations.Add(TOperations.Add({half}{row}x0, {half}{row}x1), TOperations.Add({half}{row}x2, {half}{row}x3))",
    };
}
