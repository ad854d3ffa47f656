namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints what a thread has of W in the kernels for few rows: for W in float32, and for W in pieces.</summary>
internal static class FewRowsWeightsPrinter
{
    /// <summary>Columns that a group computes of dy W.</summary>
    public const int Columns = 32;

    /// <summary>Results that it computes, and threads that it has.</summary>
    public const int Results = FewRowsKernelsPrinter.Rows * Columns;

    private const int Length = WeightPieces.Length;

    /// <summary>What all of them have in common, and those for W in float32.</summary>
    public static string PrintDense() => Template.Text($$"""
        /// <summary>Four rows, of which those past the end are replaced by the last.</summary>
        public struct FourRows
        {
            private View _row0, _row1, _row2, _row3;

            public static FourRows Of(View source, int first, int rows, int columns)
            {
                FourRows four = default;
                {{Four.Select(i => $"four._row{i} = source.SubView(Math.Min({KernelText.Plus("first", i)}, rows - 1) * columns);")}}
                return four;
            }

            public FourFloats At(int i) => Quadruple.Of(_row0[i], _row1[i], _row2[i], _row3[i]);
        }

        /// <summary>Four columns of Wᵀ, of whose summands a thread takes a few neighbouring ones at once.</summary>
        public interface ITransposedColumns<TWeight>
        {
            static abstract int Length { get; }

            /// <summary>Whether there may be summands that are too few to be taken at once.</summary>
            static abstract bool LeaveRest { get; }

            void Begin(TWeight weight, View table, int firstColumn, int inFeatures, int outFeatures);

            ProductTile Add(ProductTile sums, FourRows left, int i);

            ProductTile AddOne(ProductTile sums, FourRows left, int i);
        }

        /// <summary>A few neighbouring columns of W, of {{Columns}} that a group has.</summary>
        public interface IColumns<TWeight>
        {
            /// <summary>Into how many pieces the group's columns are divided.</summary>
            static abstract int Pieces { get; }

            /// <summary>Memory for {{Results}} results of each thread that has the same columns.</summary>
            static abstract View Shares();

            void Begin(TWeight weight, View table, int firstColumn, int piece, int inFeatures, int outFeatures);

            void Add(FourFloats left, int summand);

            void Store(View shares, int piece);
        }

        public struct DenseTransposedColumns : ITransposedColumns<DenseWeight>
        {
            private FourRows _columns;

            public static int Length => 1;

            public static bool LeaveRest => false;

            public void Begin(DenseWeight weight, View table, int firstColumn, int inFeatures, int outFeatures) =>
                _columns = FourRows.Of(weight.Numbers, firstColumn, outFeatures, inFeatures);

            public ProductTile Add(ProductTile sums, FourRows left, int i) => ProductTile.MultiplyAdd(sums, left.At(i), _columns.At(i));

            public ProductTile AddOne(ProductTile sums, FourRows left, int i) => Add(sums, left, i);
        }

        public struct DenseColumn : IColumns<DenseWeight>
        {
            private View _column;
            private int _columns;
            private FourFloats _sums;

            public static int Pieces => {{Columns}};

            public static View Shares() => SharedMemory.Allocate<float>({{Results / Columns * Results}});

            public void Begin(DenseWeight weight, View table, int firstColumn, int piece, int inFeatures, int outFeatures)
            {
                _column = weight.Numbers.SubView(Math.Min(firstColumn + piece, inFeatures - 1));
                _columns = inFeatures;
            }

            public void Add(FourFloats left, int summand) => _sums = Quadruple.MultiplyAdd(_column[summand * _columns], left, _sums);

            public void Store(View shares, int piece)
            {
                {{Four.Select(row => $"shares[{KernelText.Plus("piece", row * Columns)}] = _sums.{KernelText.Part(row)};")}}
            }
        }
        """);

    /// <summary>Those for W in pieces.</summary>
    public static string PrintPacked() => Template.Text($$"""
        public struct PackedTransposedColumns<TWeight, TPieces> : ITransposedColumns<TWeight>
            where TWeight : struct, IPackedWeight
            where TPieces : struct, IPieces
        {
            private PieceReader<TWeight, TPieces> _reader;
            private int {{string.Join(", ", Four.Select(i => $"_column{i}"))}};

            public static int Length => {{Length}};

            public static bool LeaveRest => TPieces.LeaveRest;

            public void Begin(TWeight weight, View table, int firstColumn, int inFeatures, int outFeatures)
            {
                _reader = PieceReader<TWeight, TPieces>.Of(weight, table, inFeatures, outFeatures);
                {{Four.Select(i => $"_column{i} = Math.Min({KernelText.Plus("firstColumn", i)}, outFeatures - 1) * inFeatures;")}}
            }

            public ProductTile Add(ProductTile sums, FourRows left, int i)
            {
                {{Four.Select(column => $"Piece piece{column} = _reader.Load(_column{column} + i);")}}
                {{Four.Select(column => $"Eight numbers{column} = _reader.Decode(piece{column});")}}
                {{Enumerable.Range(0, Length).Select(MultiplyAdd)}}
                return sums;
            }

            public ProductTile AddOne(ProductTile sums, FourRows left, int i)
            {
                FourFloats numbers = Quadruple.Of(
                    {{string.Join(",\n", Four.Select(column => $"_reader.Number(_column{column} + i)"))}});
                return ProductTile.MultiplyAdd(sums, left.At(i), numbers);
            }
        }

        public struct PackedColumns<TWeight, TPieces> : IColumns<TWeight>
            where TWeight : struct, IPackedWeight
            where TPieces : struct, IPieces
        {
            private PieceReader<TWeight, TPieces> _reader;
            private int _source, _columns;
            private ProductTile _near, _far;

            public static int Pieces => {{Columns / Length}};

            public static View Shares() => SharedMemory.Allocate<float>({{Results * Length / Columns * Results}});

            public void Begin(TWeight weight, View table, int firstColumn, int piece, int inFeatures, int outFeatures)
            {
                _reader = PieceReader<TWeight, TPieces>.Of(weight, table, inFeatures, outFeatures);
                _source = Math.Min(firstColumn + {{Length}} * piece, (inFeatures - 1) / {{Length}} * {{Length}});
                _columns = inFeatures;
            }

            public void Add(FourFloats left, int summand)
            {
                Eight numbers = _reader.Decode(_reader.Load(_source + summand * _columns));
                _near = ProductTile.MultiplyAdd(_near, left, numbers.First);
                _far = ProductTile.MultiplyAdd(_far, left, numbers.Second);
            }

            public void Store(View shares, int piece)
            {
                {{Four.Select(row => $"StoreRow(shares.SubView({KernelText.Plus($"{Length} * piece", row * Columns)}), _near.Row{row}, _far.Row{row});")}}
            }

            private static void StoreRow(View shares, FourFloats near, FourFloats far)
            {
                {{Enumerable.Range(0, Length).Select(number => $"shares[{number}] = {(number < 4 ? "near" : "far")}.{KernelText.Part(number)};")}}
            }
        }
        """);

    private static string MultiplyAdd(int number)
    {
        string numbers = string.Join(", ", Four.Select(column => $"numbers{column}.{WeightPieces.Number(number)}"));
        return $"sums = ProductTile.MultiplyAdd(sums, left.At({KernelText.Plus("i", number)}), Quadruple.Of({numbers}));";
    }

    private static IEnumerable<int> Four => Enumerable.Range(0, FewRowsKernelsPrinter.Rows);
}
