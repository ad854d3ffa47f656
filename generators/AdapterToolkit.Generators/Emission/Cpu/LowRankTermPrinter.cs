using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the low-rank terms of a product. Where one term stands on all rows, the loops pack its sides as they pack those of W's product, and a tile adds it as
/// so many more steps of its sum, in the registers that hold the sum. A list of terms on rows of their own, which tiles would have to be cut for, is added to a
/// block's results by tiles without W, each on rows of one term.
/// </summary>
/// <param name="term">The terms.</param>
internal sealed class LowRankTermPrinter(LowRankTerms term) : TermPrinter
{
    private const int RanksAtOnce = 8;

    /// <inheritdoc/>
    public override IEnumerable<string> Members => [List];

    /// <inheritdoc/>
    public override TermText Loops(Product product) => product.Weight.Use == WeightUse.Transposed ? OfRows(product) : OfFeatures(product);

    /// <inheritdoc/>
    public override string Tile(VectorText text, int height) => Template.Text($$"""
        if (TRank.Value > 0 && addsTerm)
        {
            nint width = TWeight.IsTransposed ? {{CpuText.PanelWidth}} : {{text.TileWidth}}, step = TWeight.IsTransposed ? {{height}} : termStride;
            for (int rank = 0; rank < TRank.Value; rank += {{RanksAtOnce}})
            {
                {{Step(height, 0)}}
                {{CpuText.Each(RanksAtOnce - 1, i => $"""
                    if (TRank.Value % {RanksAtOnce} == 0 || rank + {i + 1} < TRank.Value)
                        {Step(height, i + 1)}
                    """)}}
                termVectors = ref Unsafe.Add(ref termVectors, {{RanksAtOnce}} * width);
                termSingles = ref Unsafe.Add(ref termSingles, {{RanksAtOnce}} * step);
            }
        }
        """);

    /// <summary>Which of some rows a term stands on; the loop over the terms goes on to the next one where it stands on none.</summary>
    private const string RowsOfPlacement = """
        int first = Math.Max(placement.First, firstRow), count = Math.Min(placement.End, endRow) - first;
        if (count <= 0)
            continue;
        """;

    /// <summary>What adds a list of terms to results that are there.</summary>
    private static string List => Template.Text($$"""
        /// <summary>
        /// result += Σ s·u Bᵀ, or Σ v A, for some rows and columns: over panels of the columns, and in each over the terms. A factor's part of a panel is
        /// packed once for all rows that its term stands on.
        /// </summary>
        private static void AddTerms<TVectors, TRank>(
            LowRankTerms terms, bool isTransposed, Tensor reduced, Tensor result, int firstRow, int endRow, int firstColumn, int endColumn)
            where TVectors : struct, IVectors
            where TRank : struct, IRank
        {
            int rows = result.Rows, columns = result.Columns;
            ref float none = ref Unsafe.NullRef<float>();
            ref float lefts = ref MemoryMarshal.GetReference(reduced.Span);
            ref float results = ref MemoryMarshal.GetReference(result.Span);
            ref float packed = ref ScratchMemory.Take(3, terms.Slots * (endRow - firstRow) * TRank.Value);
            ref float panel = ref ScratchMemory.Take(4, {{CpuText.PanelWidth}} * (TRank.Value + endRow - firstRow));
            ref float edge = ref Unsafe.Add(ref panel, {{CpuText.PanelWidth}} * TRank.Value);
            ref float target = ref packed;
            foreach (LowRankPlacement placement in terms.Placements)
            {
                {{RowsOfPlacement}}
                PackRows<TVectors>(
                    ref Unsafe.Add(ref lefts, ((nint)(placement.Slot * rows) + first) * TRank.Value), TRank.Value, count, TRank.Value, ref target);
                target = ref Unsafe.Add(ref target, count * TRank.Value);
            }

            for (int column = firstColumn; column < endColumn; column += {{CpuText.PanelWidth}})
            {
                int width = Math.Min({{CpuText.PanelWidth}}, endColumn - column);
                ref float panelResult = ref Unsafe.Add(ref results, ((nint)firstRow * columns) + column);
                if (width < {{CpuText.PanelWidth}})
                    Tiles.Copy(ref panelResult, columns, ref edge, {{CpuText.PanelWidth}}, endRow - firstRow, width, {{CpuText.PanelWidth}});
                ref float sums = ref width < {{CpuText.PanelWidth}} ? ref edge : ref panelResult;
                nint stride = width < {{CpuText.PanelWidth}} ? {{CpuText.PanelWidth}} : columns;
                ref float left = ref packed;
                LowRankFactors? inPanel = null;
                foreach (LowRankPlacement placement in terms.Placements)
                {
                    {{RowsOfPlacement}}
                    if (placement.Factors != inPanel)
                    {
                        inPanel = placement.Factors;
                        ref float factor = ref MemoryMarshal.GetReference((isTransposed ? inPanel.B : inPanel.A).Value.Span);
                        if (isTransposed)
                            {{PackFactor("factor", "panel", "inPanel.Scaling")}}
                        else
                            Tiles.Copy(
                                ref Unsafe.Add(ref factor, column), columns, ref panel, {{CpuText.PanelWidth}}, TRank.Value, width, {{CpuText.PanelWidth}});
                    }

                    for (int row = 0, height; row < count; row += height)
                    {
                        height = TVectors.HeightOf(count - row);
                        for (int lane = 0; lane < width; lane += TVectors.Width)
                        {
                            ref float tile = ref Unsafe.Add(ref sums, ((first - firstRow + row) * stride) + lane);
                            TVectors.Multiply<FullPrecision, TRank>(
                                height, ref none, ref none, 0, 0, ref Unsafe.Add(ref panel, lane), ref left, 0, true, ref none, ref tile, stride, false);
                        }

                        left = ref Unsafe.Add(ref left, height * TRank.Value);
                    }
                }

                if (width < {{CpuText.PanelWidth}})
                    Tiles.Copy(ref edge, {{CpuText.PanelWidth}}, ref panelResult, columns, endRow - firstRow, width, width);
            }
        }
        """);

    /// <summary>s·u Bᵀ: u is packed as x is, and a panel's part of B, times s, as W's panels are.</summary>
    private TermText OfRows(Product product)
    {
        (string left, string right) = (term.Left, term.Right);
        string packedLeft = $"packed{Casing.Pascal(left)}", panelRight = $"panel{Casing.Pascal(right)}";
        string tileLeft = $"tile{Casing.Pascal(left)}", tileRight = $"tile{Casing.Pascal(right)}";
        return OfEither(product, $"firstPanel * {CpuText.PanelWidth}", $"Math.Min(endPanel * {CpuText.PanelWidth}, outFeatures)") with
        {
            Scratch = $"""
                ref float {packedLeft} = ref ScratchMemory.Take(3, rowsAtOnce * TRank.Value);
                ref float {panelRight} = ref ScratchMemory.Take(4, {CpuText.PanelWidth} * TRank.Value);
                """,
            PackRows = $"""
                if (onAllRows is not null)
                    PackRows<TVectors>(ref Unsafe.Add(ref {left}Values, (nint)blockRow * TRank.Value), TRank.Value, blockRows, TRank.Value, ref {packedLeft});

                """,
            Condition = "bool addsTerm = onAllRows is not null && ends;",
            PackPanel = $"""
                if (addsTerm)
                    {PackFactor($"{right}Values", panelRight, "onAllRows!.Scaling")}
                """,
            TileReferences = $"""
                ref float {tileLeft} = ref Unsafe.Add(ref {packedLeft}, row * TRank.Value);
                ref float {tileRight} = ref Unsafe.Add(ref {panelRight}, lane);
                """,
            TileArguments = $"ref {tileRight}, ref {tileLeft}, 0, addsTerm",
        };
    }

    /// <summary>v A: v is packed as dy is; A is read where it lies.</summary>
    private TermText OfFeatures(Product product)
    {
        (string left, string right) = (term.Left, term.Right);
        string packedLeft = $"packed{Casing.Pascal(left)}", tileLeft = $"tile{Casing.Pascal(left)}", tileRight = $"tile{Casing.Pascal(right)}";
        return OfEither(product, "firstFeature", "endFeature") with
        {
            Scratch = $"ref float {packedLeft} = ref ScratchMemory.Take(2, rowsAtOnce * TRank.Value);",
            PackRows = $"""
                if (onAllRows is not null)
                    PackColumns<TVectors>(
                        ref Unsafe.Add(ref {left}Values, (nint)blockRow * TRank.Value), TRank.Value, blockRows, TRank.Value, ref {packedLeft});
                """,
            Condition = "bool addsTerm = onAllRows is not null && start + depth == outFeatures;",
            TileReferences = $"""
                ref float {tileLeft} = ref Unsafe.Add(ref {packedLeft}, row * TRank.Value);
                ref float {tileRight} = ref Unsafe.Add(ref {right}Values, feature);
                """,
            TileArguments = $"ref {tileLeft}, ref {tileRight}, inFeatures, addsTerm",
        };
    }

    /// <summary>What both have in common: the operands, and the list that is added to a block's results in some of their columns.</summary>
    private TermText OfEither(Product product, string firstColumn, string endColumn)
    {
        (string left, string right) = (term.Left, term.Right);
        string isTransposed = product.Weight.Use == WeightUse.Transposed ? "true" : "false", values = $"onAllRows.{right.ToUpperInvariant()}.Value.Span";
        return new TermText
        {
            Parameters = $"LowRankTerms terms, Tensor? {left}, ",
            Arguments = $"terms, {left}, ",
            References = $"""
                LowRankFactors? onAllRows = terms.OnAllRows;
                ref float {right}Values = ref onAllRows is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({values});
                ref float {left}Values = ref {left} is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({left}.Span);
                """,
            EndBlock = $"""
                if ({left} is not null && onAllRows is null)
                    AddTerms<TVectors, TRank>(terms, {isTransposed}, {left}, {product.Result}, blockRow, blockRow + blockRows, {firstColumn}, {endColumn});
                """,
        };
    }

    private static string PackFactor(string factor, string panel, string scaling) =>
        $"Tiles.Pack(ref Unsafe.Add(ref {factor}, (nint)column * TRank.Value), TRank.Value, width, TRank.Value, ref {panel}, {CpuText.PanelWidth}, {scaling});";

    private static string Step(int height, int rank) =>
        TilePrinter.Step(height, Add("termVectors", "width", rank), Add("termSingles", "step", rank), "1", row => $"low{row}", row => $"high{row}");

    private static string Add(string reference, string distance, int times) => times switch
    {
        0 => $"ref {reference}",
        1 => $"ref Unsafe.Add(ref {reference}, {distance})",
        _ => $"ref Unsafe.Add(ref {reference}, {times} * {distance})",
    };
}
