namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints what the kernels of all formats read W through: a number, or, where W has fewer bits than 32, a piece of
/// neighbouring numbers of a row.
/// </summary>
internal static class WeightPieces
{
    /// <summary>How many numbers a piece has.</summary>
    public const int Length = 8;

    /// <summary>One of the numbers of a piece that is decoded, as a member of these.</summary>
    public static string Number(int number) => $"{(number < 4 ? "First" : "Second")}.{KernelText.Part(number)}";

    /// <summary>The reads of a piece's words, from the first.</summary>
    public static IEnumerable<string> Words(int count) =>
        Enumerable.Range(0, count).Select(word => $"piece.Word{word} = Codes[{KernelText.Plus("first", word)}];");

    /// <summary>The reads of a piece's words, from the first to the last that W has.</summary>
    public static IEnumerable<string> WordsAnywhere(int count) =>
        Enumerable.Range(0, count).Select(word => $"piece.Word{word} = Codes[{(word == 0 ? "first" : $"Math.Min(first + {word}, last)")}];");

    /// <summary>What every format has, and float32.</summary>
    public static string PrintDense() => """
        /// <summary>W in one format.</summary>
        public interface IWeight
        {
            /// <summary>The numbers that codes stand for, in shared memory. All threads of a group call it, before one may leave the kernel.</summary>
            View Table(int threads);

            /// <summary>One of W's numbers, in row-major order.</summary>
            float Number(View table, int element);
        }

        /// <summary>W in float32.</summary>
        public struct DenseWeight : IWeight
        {
            public View Numbers;

            public static DenseWeight Of(FrozenWeight weight) => new() { Numbers = weight.Data.View };

            public View Table(int threads) => Numbers;

            public float Number(View table, int element) => Numbers[element];
        }
        """;

    /// <summary>What the formats with fewer bits have in common.</summary>
    public static string PrintPacked() => Template.Text($$"""
        /// <summary>W in fewer bits than 32, as checkpoints hold it: row after row without a gap. Kernels see it as 32-bit words.</summary>
        public interface IPackedWeight : IWeight
        {
            /// <summary>Reads a piece that begins at a multiple of {{Length}}, so that its numbers have a scale in common.</summary>
            Piece Load(int element);

            /// <summary>Reads a piece that begins anywhere. What it has after W's last number is undefined.</summary>
            Piece LoadAnywhere(int element, int lastElement);

            Eight Decode(View table, Piece piece);

            Eight DecodeAnywhere(View table, Piece piece);
        }

        /// <summary>What a thread reads of W for {{Length}} numbers: words, and the scales of the first number's block and of the last one's.</summary>
        public struct Piece
        {
            public int Element;
            public uint Word0, Word1, Word2, Word3, Word4;
            public BlockScale Scale, NextScale;
        }

        public struct BlockScale
        {
            public int Code;
            public float Maximum;
        }

        /// <summary>Where pieces begin.</summary>
        public interface IPieces
        {
            /// <summary>Whether a row has numbers after its last whole piece.</summary>
            static abstract bool LeaveRest { get; }

            static abstract Piece Load<TWeight>(TWeight weight, int element, int lastElement)
                where TWeight : struct, IPackedWeight;

            static abstract Eight Decode<TWeight>(TWeight weight, View table, Piece piece)
                where TWeight : struct, IPackedWeight;
        }

        /// <summary>W's width is a multiple of {{Length}}.</summary>
        public struct WholePieces : IPieces
        {
            public static bool LeaveRest => false;

            public static Piece Load<TWeight>(TWeight weight, int element, int lastElement)
                where TWeight : struct, IPackedWeight => weight.Load(element);

            public static Eight Decode<TWeight>(TWeight weight, View table, Piece piece)
                where TWeight : struct, IPackedWeight => weight.Decode(table, piece);
        }

        /// <summary>W has any width.</summary>
        public struct PiecesAnywhere : IPieces
        {
            public static bool LeaveRest => true;

            public static Piece Load<TWeight>(TWeight weight, int element, int lastElement)
                where TWeight : struct, IPackedWeight => weight.LoadAnywhere(element, lastElement);

            public static Eight Decode<TWeight>(TWeight weight, View table, Piece piece)
                where TWeight : struct, IPackedWeight => weight.DecodeAnywhere(table, piece);
        }

        /// <summary>Reads W in pieces.</summary>
        public struct PieceReader<TWeight, TPieces>
            where TWeight : struct, IPackedWeight
            where TPieces : struct, IPieces
        {
            private TWeight _weight;
            private View _table;
            private int _lastElement;

            public static PieceReader<TWeight, TPieces> Of(TWeight weight, View table, int inFeatures, int outFeatures) =>
                new() { _weight = weight, _table = table, _lastElement = inFeatures * outFeatures - 1 };

            public Piece Load(int element) => TPieces.Load(_weight, element, _lastElement);

            public Eight Decode(Piece piece) => TPieces.Decode(_weight, _table, piece);

            public float Number(int element) => _weight.Number(_table, element);
        }
        """);
}
