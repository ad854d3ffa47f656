using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the low-rank term of a product. The loops pack its sides as they pack those of W's product; a tile adds it as so many more
/// steps of its sum, in the registers that hold the sum. Steps are unrolled, eight at a time; the rank is a constant of the code
/// that is made for it, in which only the steps that it has remain.
/// </summary>
internal static class LowRankTermPrinter
{
    private const int RanksAtOnce = 8;

    /// <summary>What the loops of a product do for its low-rank term.</summary>
    public static TermText Loops(Product product) => product.LowRank is not LowRankTerm term ? TermText.None
        : product.Weight.Use == WeightUse.Transposed ? OfRows(term)
        : OfFeatures(term);

    /// <summary>Prints a tile's statements; none where no layer has an adapter.</summary>
    /// <param name="needs">What the assembly needs.</param>
    /// <param name="text">The vectors.</param>
    /// <param name="height">The tile's height.</param>
    public static string Tile(KernelNeeds needs, VectorText text, int height) => !needs.HasLowRank ? string.Empty : Template.Text($$"""
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

    /// <summary>s·u Bᵀ: u is packed as x is, and a panel's part of B, times s, as W's panels are.</summary>
    private static TermText OfRows(LowRankTerm term)
    {
        (string left, string right) = (term.Left, term.Right);
        string packedLeft = $"packed{Casing.Pascal(left)}", panelRight = $"panel{Casing.Pascal(right)}";
        string tileLeft = $"tile{Casing.Pascal(left)}", tileRight = $"tile{Casing.Pascal(right)}";
        return new TermText(
            $"Tensor? {right}, float scaling, Tensor? {left}, ",
            $"{right}, scaling, {left}, ",
            $"factors?.B.Value, factors?.Scaling ?? 0, {left}, ",
            $"""
            ref float {right}Values = ref {right} is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({right}.Span);
            ref float {left}Values = ref {left} is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({left}.Span);
            """,
            $"""
            ref float {packedLeft} = ref ScratchMemory.Take(3, rowsAtOnce * TRank.Value);
            ref float {panelRight} = ref ScratchMemory.Take(4, {CpuText.PanelWidth} * TRank.Value);
            """,
            $"""
            if ({left} is not null)
                PackRows<TVectors>(ref Unsafe.Add(ref {left}Values, (nint)blockRow * TRank.Value), TRank.Value, blockRows, TRank.Value, ref {packedLeft});

            """,
            $"bool addsTerm = {right} is not null && ends;",
            $"""
            if (addsTerm)
                Tiles.Pack(ref Unsafe.Add(ref {right}Values, (nint)column * TRank.Value), TRank.Value, width, TRank.Value, ref {panelRight}, 32, scaling);
            """,
            $"""
            ref float {tileLeft} = ref Unsafe.Add(ref {packedLeft}, row * TRank.Value);
            ref float {tileRight} = ref Unsafe.Add(ref {panelRight}, lane);
            """,
            $"ref {tileRight}, ref {tileLeft}, 0, addsTerm");
    }

    /// <summary>v A: v is packed as dy is; A is read where it lies.</summary>
    private static TermText OfFeatures(LowRankTerm term)
    {
        (string left, string right) = (term.Left, term.Right);
        string packedLeft = $"packed{Casing.Pascal(left)}", tileLeft = $"tile{Casing.Pascal(left)}", tileRight = $"tile{Casing.Pascal(right)}";
        return new TermText(
            $"Tensor? {left}, Tensor? {right}, ",
            $"{left}, {right}, ",
            $"{left}, factors?.A.Value, ",
            $"""
            ref float {left}Values = ref {left} is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({left}.Span);
            ref float {right}Values = ref {right} is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference({right}.Span);
            """,
            $"ref float {packedLeft} = ref ScratchMemory.Take(2, rowsAtOnce * TRank.Value);",
            $"""
            if ({left} is not null)
                PackColumns<TVectors>(ref Unsafe.Add(ref {left}Values, (nint)blockRow * TRank.Value), TRank.Value, blockRows, TRank.Value, ref {packedLeft});
            """,
            $"bool addsTerm = {left} is not null && start + depth == outFeatures;",
            string.Empty,
            $"""
            ref float {tileLeft} = ref Unsafe.Add(ref {packedLeft}, row * TRank.Value);
            ref float {tileRight} = ref Unsafe.Add(ref {right}Values, feature);
            """,
            $"ref {tileLeft}, ref {tileRight}, inFeatures, addsTerm");
    }

    private static string Step(int height, int rank) =>
        TilePrinter.Step(height, Add("termVectors", "width", rank), Add("termSingles", "step", rank), "1", row => $"low{row}", row => $"high{row}");

    private static string Add(string reference, string distance, int times) => times switch
    {
        0 => $"ref {reference}",
        1 => $"ref Unsafe.Add(ref {reference}, {distance})",
        _ => $"ref Unsafe.Add(ref {reference}, {times} * {distance})",
    };
}
