using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints one variant of the kernels: what is written in vectors of one width.</summary>
internal static class VectorsPrinter
{
    /// <summary>The type of the variant.</summary>
    public static string Print(KernelNeeds needs, VectorShape shape)
    {
        TilePrinter tiles = new(needs, shape);
        string heights = string.Concat(shape.TileHeights.Where(height => height > 1).Select(height => $"left >= {height} ? {height} : "));
        IEnumerable<string> members =
        [
            .. tiles.Choices(),
            .. needs.IsPacked ? (string[])[new DecodePrinter(needs, shape).Print()] : [],
            .. QuantizePrinter.Vectors(needs, shape),
            .. tiles.Kernels(),
        ];
        return Template.Text($$"""
            /// <summary>The kernels in vectors of {{shape.Bits}} bits.</summary>
            internal readonly struct {{shape.Variant}} : IVectors
            {
                public static int Width => {{shape.TileWidth}};
                public static int Height => {{shape.TileHeights[0]}};
                public static int HeightOf(int left) => {{heights}}1;

                {{string.Join("\n\n", members)}}
            }
            """);
    }
}
