using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints one variant of the kernels: what is written in vectors of one width.</summary>
internal static class VectorsPrinter
{
    /// <summary>The type of the variant.</summary>
    public static string Print(KernelNeeds needs, VectorShape shape)
    {
        string heights = string.Concat(shape.TileHeights.Where(height => height > 1).Select(height => $"left >= {height} ? {height} : "));
        IEnumerable<string> members =
        [
            .. TilePrinter.Choices(needs, shape),
            .. needs.IsPacked ? (string[])[new DecodePrinter(needs, shape).Print(), .. CodesPrinter.Members(needs, shape)] : [],
            .. QuantizePrinter.Vectors(needs, shape),
            .. shape.OwnHeights.Select(height => Template.Text($$"""
                /// <summary>The kernels of tiles that only these vectors have the registers for.</summary>
                private static class HighTile<TWeight, TRank>
                    {{KernelParametersPrinter.WeightAndRank}}
                {
                    {{string.Join("\n\n", new TilePrinter(needs, VectorText.Of(shape)).Kernels([height]))}}
                }
                """)),
        ];
        return Template.Text($$"""
            /// <summary>The kernels in vectors of {{shape.Bits}} bits.</summary>
            internal readonly struct {{shape.Variant}} : IVectors{{(needs.IsPacked ? $", ICodes<Floats>" : string.Empty)}}
            {
                public static int Width => {{shape.TileWidth}};
                public static int Height => {{shape.TileHeights[0]}};
                public static int HeightOf(int left) => {{heights}}1;

                {{string.Join("\n\n", members)}}
            }
            """);
    }
}
