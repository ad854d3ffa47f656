using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how a group brings a tile of W into shared memory, eight summands of the tile's columns, of which every thread
/// loads its share while the tile before is multiplied: for W in float32, and for W in pieces. Columns past the end are
/// replaced by the last; their results are not written.
/// </summary>
/// <param name="tiling">The tiles.</param>
internal sealed class WeightTilesPrinter(AcceleratorTiling tiling)
{
    /// <summary>What all of them have in common, and those for W in float32.</summary>
    public string PrintDense() => Template.Text($$"""
        /// <summary>A thread's share of {{tiling.Depth}} summands of a tile's columns.</summary>
        public interface IWeightTile<TWeight>
        {
            void Begin(TWeight weight, View table, TilePlace place, int inFeatures, int outFeatures);

            /// <summary>Loads the first tile, which has fewer summands; beside them the rows' are zeros.</summary>
            void LoadFirst(int summands);

            void Load(int summand);

            void Store(Quads stages, int stage);
        }

        /// <summary>Of x Wᵀ: a column's summands lie side by side in a row of W, as those of a row of x do.</summary>
        public struct DenseTransposedTile : IWeightTile<DenseWeight>
        {
            private RowTile _rows;

            public void Begin(DenseWeight weight, View table, TilePlace place, int inFeatures, int outFeatures) =>
                _rows.Begin(weight.Numbers, place.Thread, place.FirstColumn, outFeatures, inFeatures);

            public void LoadFirst(int summands) => _rows.LoadFirst(summands);

            public void Load(int summand) => _rows.Load(summand);

            public void Store(Quads stages, int stage) => _rows.Store(stages, stage);
        }

        /// <summary>Of dy W: {{tiling.Depth}} summands of one column.</summary>
        public struct DenseTile : IWeightTile<DenseWeight>
        {
            private View {{string.Join(", ", Summands.Select(i => $"_source{i}"))}};
            private Eight _numbers;
            private int _thread, _columns;

            public void Begin(DenseWeight weight, View table, TilePlace place, int inFeatures, int outFeatures)
            {
                _thread = place.Thread;
                _columns = inFeatures;
                View column = weight.Numbers.SubView(Math.Min(place.FirstColumn + _thread, inFeatures - 1));
                {{Summands.Select(i => $"_source{i} = column.SubView(Math.Min({i}, outFeatures - 1) * inFeatures);")}}
            }

            public void LoadFirst(int summands)
            {
                Load(0);
                _numbers.First = Quadruple.First(_numbers.First, summands, 0f);
                _numbers.Second = Quadruple.First(_numbers.Second, summands - {{AcceleratorTiling.Quad}}, 0f);
            }

            public void Load(int summand)
            {
                int place = summand * _columns;
                _numbers.First = Quadruple.Of({{string.Join(", ", Summands.Take(AcceleratorTiling.Quad).Select(i => $"_source{i}[place]"))}});
                _numbers.Second = Quadruple.Of({{string.Join(", ", Summands.Skip(AcceleratorTiling.Quad).Select(i => $"_source{i}[place]"))}});
            }

            public void Store(Quads stages, int stage) => _numbers.StoreBelow(stages, stage, _thread);
        }

        /// <summary>Eight numbers side by side.</summary>
        public struct Eight
        {
            public FourFloats First, Second;

            /// <summary>Stores the numbers as a column's summands.</summary>
            public void StoreBelow(Quads stages, int stage, int column)
            {
                View target = stages.Cast<float>().SubView(stage * {{tiling.Stage * AcceleratorTiling.Quad}} + column);
                {{Summands.Select(i => $"target[{i * tiling.Stride * AcceleratorTiling.Quad}] = {WeightPieces.Number(i)};")}}
            }
        }
        """);

    /// <summary>Those for W in whole pieces: a thread loads one, and decodes it as it stores it.</summary>
    public string PrintPacked() => Template.Text($$"""
        /// <summary>Of x Wᵀ: {{tiling.Depth}} summands of one column, which lie side by side in a row of W.</summary>
        public struct PackedTransposedTile<TWeight> : IWeightTile<TWeight>
            where TWeight : struct, IPackedWeight
        {
            private PieceReader<TWeight, WholePieces> _reader;
            private int _thread, _source;
            private Piece _piece;

            public void Begin(TWeight weight, View table, TilePlace place, int inFeatures, int outFeatures)
            {
                _reader = PieceReader<TWeight, WholePieces>.Of(weight, table, inFeatures, outFeatures);
                _thread = place.Thread;
                _source = Math.Min(place.FirstColumn + _thread, outFeatures - 1) * inFeatures;
            }

            public void LoadFirst(int summands) => Load(0);

            public void Load(int summand) => _piece = _reader.Load(_source + summand);

            public void Store(Quads stages, int stage) => _reader.Decode(_piece).StoreBelow(stages, stage, _thread);
        }

        /// <summary>Of dy W: one summand of {{WeightPieces.Length}} columns.</summary>
        public struct PackedTile<TWeight> : IWeightTile<TWeight>
            where TWeight : struct, IPackedWeight
        {
            private PieceReader<TWeight, WholePieces> _reader;
            private int _target, _source, _columns;
            private Piece _piece;

            public void Begin(TWeight weight, View table, TilePlace place, int inFeatures, int outFeatures)
            {
                int summand = place.Thread / {{Pieces}}, piece = place.Thread % {{Pieces}};
                _reader = PieceReader<TWeight, WholePieces>.Of(weight, table, inFeatures, outFeatures);
                _target = summand * {{tiling.Stride}} + {{QuadsOfPiece}} * piece;
                int column = place.FirstColumn + {{NumbersOfPiece}} * piece, lastColumn = inFeatures - {{NumbersOfPiece}};
                _source = Math.Min(summand, outFeatures - 1) * inFeatures + Math.Min(column, lastColumn);
                _columns = inFeatures;
            }

            public void LoadFirst(int summands) => Load(0);

            public void Load(int summand) => _piece = _reader.Load(_source + summand * _columns);

            public void Store(Quads stages, int stage)
            {
                Eight numbers = _reader.Decode(_piece);
                Quads target = stages.SubView(stage * {{tiling.Stage}} + _target);
                target[0] = numbers.First;
                target[1] = numbers.Second;
            }
        }
        """);

    private const int NumbersOfPiece = WeightPieces.Length;
    private int Pieces => tiling.Results / WeightPieces.Length;
    private const int QuadsOfPiece = WeightPieces.Length / AcceleratorTiling.Quad;

    private IEnumerable<int> Summands => Enumerable.Range(0, tiling.Depth);
}
