namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits how rows are divided into tiles, for packing and for the loops that read what was packed.</summary>
internal static class PackingEmitter
{
    public static void Emit(SourceWriter writer, VectorShape shape)
    {
        writer.Line();
        writer.Line("/// <summary>The height of the next tile where so many rows, or features, are left.</summary>");
        string heights = string.Concat(shape.TileHeights.Where(height => height > 1).Select(height => $"left >= {height} ? {height} : "));
        writer.Line($"internal static int HeightOf(int left) => {heights}1;");
        writer.Line();
        writer.Line("/// <summary>Packs rows into one tile after the other, each of the height that its kernel has.</summary>");
        writer.Open("internal static void PackRows(ref float source, nint stride, int rows, int columns, ref float packed)");
        writer.Line("""
            for (int row = 0, height; row < rows; row += height)
            {
                height = HeightOf(rows - row);
                Tiles.Pack(ref Unsafe.Add(ref source, row * stride), stride, height, columns, ref Unsafe.Add(ref packed, row * columns), height);
            }
            """);
        writer.Close();
        writer.Line();
        writer.Line($"/// <summary>Packs rows into tiles of {shape.TileWidth} rows, the last one filled up with zeros.</summary>");
        writer.Open("internal static void PackColumns(ref float source, nint stride, int rows, int columns, ref float packed)");
        writer.Line($$"""
            for (int row = 0; row < rows; row += {{shape.TileWidth}})
                Tiles.Pack(ref Unsafe.Add(ref source, row * stride), stride, Math.Min({{shape.TileWidth}}, rows - row), columns, ref Unsafe.Add(ref packed, row * columns), {{shape.TileWidth}});
            """);
        writer.Close();
    }
}
