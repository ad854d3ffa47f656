namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints how rows are divided into tiles and packed for the loops that read them.</summary>
internal static class PackingPrinter
{
    /// <summary>The methods.</summary>
    public const string Text = """
        /// <summary>Packs rows into one tile after the other, each of the height that its kernel has.</summary>
        private static void PackRows<TVectors>(ref float source, nint stride, int rows, int columns, ref float packed)
            where TVectors : struct, IVectors
        {
            for (int row = 0, height; row < rows; row += height)
            {
                height = TVectors.HeightOf(rows - row);
                Tiles.Pack(ref Unsafe.Add(ref source, row * stride), stride, height, columns, ref Unsafe.Add(ref packed, row * columns), height);
            }
        }

        /// <summary>Packs rows into tiles as wide as two vectors, the last one filled up with zeros.</summary>
        private static void PackColumns<TVectors>(ref float source, nint stride, int rows, int columns, ref float packed)
            where TVectors : struct, IVectors
        {
            for (int row = 0; row < rows; row += TVectors.Width)
            {
                ref float tile = ref Unsafe.Add(ref packed, row * columns);
                Tiles.Pack(ref Unsafe.Add(ref source, row * stride), stride, Math.Min(TVectors.Width, rows - row), columns, ref tile, TVectors.Width);
            }
        }
        """;
}
