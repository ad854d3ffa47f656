namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the sum of a tile over a packed W for few rows: each number of W serves so few products that it is decoded in a
/// register, and never stored.
/// </summary>
/// <param name="text">How codes turn into numbers.</param>
internal sealed class RegisterSumEmitter(StoredText text)
{
    private const int PanelWidth = 32;
    private const int CodesInWord = StoredText.CodesInWord;

    /// <summary>Emits the sum of a tile over codes: as many rows as the tile is high, two vectors of output features.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="height">The tile's rows.</param>
    /// <param name="sum">The name of the sum of a row (the first argument) and the first or second vector (the second).</param>
    public void Emit(SourceWriter writer, int height, Func<int, int, string> sum)
    {
        if (text.Stored.Bits == 4)
            SumOverWords(writer, height, sum);
        else
            SumOverNumbers(writer, height, sum);
    }

    /// <summary>Several sums of one row run side by side where there are few rows, since each waits for its last addition.</summary>
    private static int SumsOf(int height) => Math.Max(1, 4 / height);

    /// <summary>
    /// The codes of a segment share scales, so its sum is formed without them and multiplied once. Eight input features come
    /// from one pair of vectors of words, shifted by four bits from one to the next.
    /// </summary>
    private void SumOverWords(SourceWriter writer, int height, Func<int, int, string> sum)
    {
        int sums = SumsOf(height);
        text.Constants(writer);
        writer.Open("for (; depth > 0; depth -= segment)");
        Zeros(writer, height, sums);
        writer.Open($"for (nint left = segment; left > 0; left -= {CodesInWord})");
        writer.Line($"Words wordsLow = {CpuText.Load(text.Shape, "codes", 0)};");
        writer.Line($"Words wordsHigh = {CpuText.Load(text.Shape, "codes", text.Shape.Lanes)};");
        for (int code = 0; code < CodesInWord; code++)
        {
            string shift = code == 0 ? string.Empty : $" >>> {4 * code}";
            writer.Line($"Floats low{code} = {text.Numbers($"wordsLow{shift}")};");
            writer.Line($"Floats high{code} = {text.Numbers($"wordsHigh{shift}")};");
            MultiplyAdd(writer, height, code, code % sums, $"low{code}", $"high{code}");
        }

        writer.Line(CpuText.Advance("codes", $"{PanelWidth}"));
        writer.Line(CpuText.Advance("x", $"{CodesInWord * height}"));
        writer.Close();
        writer.Line();
        writer.Line($"Floats scaleLow = {CpuText.Load(text.Shape, "scales", 0)};");
        writer.Line($"Floats scaleHigh = {CpuText.Load(text.Shape, "scales", text.Shape.Lanes)};");
        for (int row = 0; row < height; row++)
        {
            writer.Line(CpuText.MultiplyAdd(text.Shape, sum(row, 0), Together("Low", row, sums), "scaleLow"));
            writer.Line(CpuText.MultiplyAdd(text.Shape, sum(row, 1), Together("High", row, sums), "scaleHigh"));
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
            writer.Line($"ShortWords numbers{step} = {CpuText.Load(text.Shape, "codes", step * PanelWidth)};");
            writer.Line($"Floats low{step} = {text.Widened($"numbers{step}", "Lower")};");
            writer.Line($"Floats high{step} = {text.Widened($"numbers{step}", "Upper")};");
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
            writer.Line($"Floats {single} = {text.Shape.Name}.Create({CpuText.At("x", (step * height) + row)});");
            writer.Line(CpuText.MultiplyAdd(text.Shape, $"part{row}Low{into}", low, single));
            writer.Line(CpuText.MultiplyAdd(text.Shape, $"part{row}High{into}", high, single));
        }
    }
}
