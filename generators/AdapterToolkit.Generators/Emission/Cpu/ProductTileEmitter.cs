using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the innermost kernels of a product with W: a tile of the result that is held in registers while the sum runs.
/// Each step loads two vectors and multiplies them by some single numbers, spread over a vector each. Where W is read by
/// its transpose, vectors run over the outputs (W) and the single numbers are rows' (x); where it is read as stored,
/// vectors run over the rows (dy) and the single numbers are W's.
/// </summary>
internal sealed class ProductTileEmitter(Product product, VectorShape shape)
{
    private const int PanelWidth = 32;
    private const int RanksUnrolled = 16;

    private readonly bool _transposed = product.Weight.Use == WeightUse.Transposed;
    private readonly int _width = shape.TileWidth;

    /// <summary>Emits the kernel of each height.</summary>
    public void Emit(SourceWriter writer)
    {
        foreach (int height in shape.TileHeights)
            Emit(writer, height);
    }

    /// <summary>Emits the kernels that decode W in registers, for few rows.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="stored">How W is packed.</param>
    public void EmitDecoding(SourceWriter writer, StoredText stored)
    {
        foreach (int height in ForwardLoopEmitter.RegisterHeights(shape))
        {
            string scales = stored.Stored.HasBlocks ? ", ref float scales, nint segment" : "";
            CpuText.Kernel(
                writer,
                $"{product.Formula}, for {height} {(height == 1 ? "row" : "rows")} and {_width} output features, with W decoded in registers.",
                $"private static void {product.Name}Decoding{height}({Parameters($"ref {stored.Element} codes{scales}, ref float x, nint depth")})");
            Start(writer, height);
            new RegisterSumEmitter(stored).Emit(writer, height, Sum);
            if (product.LowRank is not null)
                AddLowRank(writer, height);
            Store(writer, height);
            writer.Close();
        }
    }

    /// <summary>The parameters: the operands of W's product, the low-rank term's, and the result.</summary>
    private string Parameters(string? operandsOfPacked = null)
    {
        string operands = operandsOfPacked ?? (_transposed ? "ref float w, ref float x, nint depth" : "ref float dy, ref float w, nint depth, nint panelStride");
        string lowRank = (product.LowRank?.Rank ?? 0, _transposed) switch
        {
            (0, _) => "",
            (_, true) => ", ref float b, ref float u, bool addsLowRank",
            (_, false) => ", ref float v, ref float a, nint factorStride, bool addsLowRank",
        };
        string result = _transposed ? ", ref float bias, ref float y, nint stride, bool starts" : ", ref float dx, bool starts";
        return operands + lowRank + result;
    }

    private void Emit(SourceWriter writer, int height)
    {
        string size = _transposed
            ? $"{height} {(height == 1 ? "row" : "rows")} and {_width} output features"
            : $"{_width} rows and {height} input {(height == 1 ? "feature" : "features")}";
        CpuText.Kernel(writer, $"{product.Formula}, for {size}.", $"internal static void {product.Name}{height}({Parameters()})");
        Start(writer, height);
        SumOverWeight(writer, height);
        if (product.LowRank is not null)
            AddLowRank(writer, height);
        Store(writer, height);
        writer.Close();
    }

    /// <summary>The sums start from the bias or zero, or go on from what an earlier block of the depth left.</summary>
    private void Start(SourceWriter writer, int height)
    {
        string result = product.Result;
        for (int i = 0; i < height; i++)
            writer.Line($"Floats {Sum(i, 0)}, {Sum(i, 1)};");
        writer.Open("if (starts)");
        if (_transposed)
        {
            writer.Line($"Floats biasLow = {CpuText.Load(shape, "bias", 0)};");
            writer.Line($"Floats biasHigh = {CpuText.Load(shape, "bias", shape.Lanes)};");
        }

        for (int i = 0; i < height; i++)
        {
            writer.Line($"{Sum(i, 0)} = {(_transposed ? "biasLow" : "Floats.Zero")};");
            writer.Line($"{Sum(i, 1)} = {(_transposed ? "biasHigh" : "Floats.Zero")};");
        }

        writer.Close();
        writer.Open("else");
        if (_transposed)
            writer.Line($"ref float row = ref {result};");
        for (int i = 0; i < height; i++)
        {
            if (_transposed && i > 0)
                writer.Line(CpuText.Advance("row", "stride"));
            string from = _transposed ? "row" : result;
            int offset = _transposed ? 0 : i * _width;
            writer.Line($"{Sum(i, 0)} = {CpuText.Load(shape, from, offset)};");
            writer.Line($"{Sum(i, 1)} = {CpuText.Load(shape, from, offset + shape.Lanes)};");
        }

        writer.Close();
        writer.Line();
    }

    private void SumOverWeight(SourceWriter writer, int height)
    {
        if (_transposed)
        {
            writer.Open("for (; depth > 0; depth--)");
            Step(writer, height, "w", 0, "x", 0, 1);
            writer.Line(CpuText.Advance("w", $"{PanelWidth}"));
            writer.Line(CpuText.Advance("x", $"{height}"));
            writer.Close();
            return;
        }

        writer.Open($"for (; depth > 0; depth -= {PanelWidth})");
        writer.Open($"for (nint left = depth < {PanelWidth} ? depth : {PanelWidth}; left > 0; left--)");
        Step(writer, height, "dy", 0, "w", 0, PanelWidth);
        writer.Line(CpuText.Advance("dy", $"{_width}"));
        writer.Line(CpuText.Advance("w", "1"));
        writer.Close();
        writer.Line();
        writer.Line(CpuText.Advance("w", $"panelStride - {PanelWidth}"));
        writer.Close();
    }

    /// <summary>The low-rank term is as many more steps as the rank; long ones repeat an unrolled piece.</summary>
    private void AddLowRank(SourceWriter writer, int height)
    {
        writer.Line();
        writer.Open("if (addsLowRank)");
        int pieces = product.LowRank!.Rank / RanksUnrolled;
        if (pieces > 1)
        {
            writer.Open($"for (int rank = 0; rank < {pieces * RanksUnrolled}; rank += {RanksUnrolled})");
            LowRankSteps(writer, height, RanksUnrolled, advances: true);
            writer.Close();
            if (product.LowRank!.Rank % RanksUnrolled > 0)
                LowRankSteps(writer, height, product.LowRank!.Rank % RanksUnrolled, advances: false);
        }
        else
        {
            LowRankSteps(writer, height, product.LowRank!.Rank, advances: false);
        }

        writer.Close();
    }

    private void LowRankSteps(SourceWriter writer, int height, int ranks, bool advances)
    {
        for (int rank = 0; rank < ranks; rank++)
        {
            writer.Open();
            if (_transposed)
                Step(writer, height, "b", rank * PanelWidth, "u", rank * height, 1);
            else
                Step(writer, height, "v", rank * _width, "a", 0, 1);
            if (!_transposed && (advances || rank + 1 < ranks))
                writer.Line(CpuText.Advance("a", "factorStride"));
            writer.Close();
        }

        if (!advances)
            return;
        if (_transposed)
        {
            writer.Line(CpuText.Advance("b", $"{ranks * PanelWidth}"));
            writer.Line(CpuText.Advance("u", $"{ranks * height}"));
        }
        else
        {
            writer.Line(CpuText.Advance("v", $"{ranks * _width}"));
        }
    }

    /// <summary>One step of the sum: two vectors, and a single number for each of the tile's rows or features.</summary>
    private void Step(SourceWriter writer, int height, string vectors, int vectorOffset, string singles, int singleOffset, int singleStride)
    {
        writer.Line($"Floats {vectors}Low = {CpuText.Load(shape, vectors, vectorOffset)};");
        writer.Line($"Floats {vectors}High = {CpuText.Load(shape, vectors, vectorOffset + shape.Lanes)};");
        for (int i = 0; i < height; i++)
        {
            string single = $"{singles}Spread{i}";
            writer.Line($"Floats {single} = {shape.Name}.Create({CpuText.At(singles, singleOffset + (i * singleStride))});");
            writer.Line(CpuText.MultiplyAdd(shape, Sum(i, 0), $"{vectors}Low", single));
            writer.Line(CpuText.MultiplyAdd(shape, Sum(i, 1), $"{vectors}High", single));
        }
    }

    private void Store(SourceWriter writer, int height)
    {
        writer.Line();
        string result = product.Result;
        for (int i = 0; i < height; i++)
        {
            int offset = _transposed ? 0 : i * _width;
            if (_transposed && i > 0)
                writer.Line(CpuText.Advance(result, "stride"));
            writer.Line(CpuText.Store(shape, Sum(i, 0), result, offset));
            writer.Line(CpuText.Store(shape, Sum(i, 1), result, offset + shape.Lanes));
        }
    }

    /// <summary>The name of a sum: of one row or feature of the tile, and the first or second of its vectors.</summary>
    private string Sum(int index, int vector) => $"{product.Result}{index}{(vector == 0 ? "Low" : "High")}";
}
