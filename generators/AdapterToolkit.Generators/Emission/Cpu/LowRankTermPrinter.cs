using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the low-rank term of a tile: as many more steps of its sum as the rank, in the registers that hold the sum. Steps are
/// unrolled, eight at a time; the rank is a constant of the code that is made for it, in which only the steps that it has remain.
/// </summary>
internal static class LowRankTermPrinter
{
    private const int RanksAtOnce = 8;

    /// <summary>Prints the statements; none where no layer has an adapter.</summary>
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

    private static string Step(int height, int rank) =>
        TilePrinter.Step(height, Add("termVectors", "width", rank), Add("termSingles", "step", rank), "1", row => $"low{row}", row => $"high{row}");

    private static string Add(string reference, string distance, int times) => times switch
    {
        0 => $"ref {reference}",
        1 => $"ref Unsafe.Add(ref {reference}, {distance})",
        _ => $"ref Unsafe.Add(ref {reference}, {times} * {distance})",
    };
}
