namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints what every term is to a kernel, and the term of layers that have none.</summary>
internal static class TermsPrinter
{
    /// <summary>The value that stands for no term.</summary>
    public const string None = "default(NoTerm)";

    public static string Print() => """
        /// <summary>What is added to a product with W.</summary>
        public interface ITerm
        {
            /// <summary>result + term[row, column], for a thread that has one result.</summary>
            float AddTo(float result, int row, int column, int columns);

            /// <summary>sums += term, for threads that share a tile and its memory.</summary>
            void AddTo(ref TileSums sums, TilePlace place, Quads left, Quads right, int rows, int columns);
        }
        """;

    public static string PrintNone() => """
        /// <summary>The term of layers that never have an adapter.</summary>
        public struct NoTerm : ITerm
        {
            public float AddTo(float result, int row, int column, int columns) => result;

            public void AddTo(ref TileSums sums, TilePlace place, Quads left, Quads right, int rows, int columns)
            {
            }
        }
        """;
}
