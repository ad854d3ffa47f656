using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints what kernels that work on tiles are made of: a thread's place, its results, and its share of the rows.</summary>
/// <param name="tiling">The tiles.</param>
internal sealed class TilePartsPrinter(AcceleratorTiling tiling)
{
    public string Print() => Template.Text($$"""
        /// <summary>Which results of a tile the thread holds.</summary>
        public struct TilePlace
        {
            public int Thread, ThreadRow, ThreadColumn, FirstRow, FirstColumn;

            public static TilePlace OfThread()
            {
                TilePlace place = default;
                place.Thread = Group.IdxX;
                place.ThreadRow = place.Thread / {{tiling.Side}};
                place.ThreadColumn = place.Thread % {{tiling.Side}};
                place.FirstRow = Grid.IdxY * {{tiling.Results}};
                place.FirstColumn = Grid.IdxX * {{tiling.Results}};
                return place;
            }
        }

        /// <summary>The results that a thread holds, each in a register.</summary>
        public struct TileSums
        {
            public ProductTile TopNear, TopFar, BottomNear, BottomFar;

            /// <summary>sums[i, j] += left[i, summand] · right[summand, j].</summary>
            public void Add(Quads left, Quads right, int summand)
            {
                FourFloats top = left[summand * {{tiling.Stride}}], bottom = left[summand * {{tiling.Stride}} + {{tiling.Side}}];
                FourFloats near = right[summand * {{tiling.Stride}}], far = right[summand * {{tiling.Stride}} + {{tiling.Side}}];
                TopNear = ProductTile.MultiplyAdd(TopNear, top, near);
                TopFar = ProductTile.MultiplyAdd(TopFar, top, far);
                BottomNear = ProductTile.MultiplyAdd(BottomNear, bottom, near);
                BottomFar = ProductTile.MultiplyAdd(BottomFar, bottom, far);
            }

            /// <summary>sums += left · right, over the {{tiling.Depth}} summands of a stage.</summary>
            public void AddTile(TilePlace place, Quads leftStages, Quads rightStages, int stage)
            {
                Quads left = leftStages.SubView(stage * {{tiling.Stage}} + place.ThreadRow);
                Quads right = rightStages.SubView(stage * {{tiling.Stage}} + place.ThreadColumn);
                {{Enumerable.Range(0, tiling.Depth).Select(summand => $"Add(left, right, {summand});")}}
            }

            /// <summary>sums[i, j] += bias[j].</summary>
            public void AddBias(TilePlace place, View bias, int columns)
            {
                int column = place.FirstColumn + {{AcceleratorTiling.Quad}} * place.ThreadColumn;
                FourFloats near = Bias(bias, column, columns), far = Bias(bias, column + {{tiling.Half}}, columns);
                TopNear = AddToRows(TopNear, near);
                TopFar = AddToRows(TopFar, far);
                BottomNear = AddToRows(BottomNear, near);
                BottomFar = AddToRows(BottomFar, far);
            }

            /// <summary>Writes each result once.</summary>
            public void Store(TilePlace place, View result, int rows, int columns)
            {
                int row = place.FirstRow + {{AcceleratorTiling.Quad}} * place.ThreadRow;
                int column = place.FirstColumn + {{AcceleratorTiling.Quad}} * place.ThreadColumn;
                {{Rows.Select((row, i) => $"StoreRow(result, TopNear.{row}, TopFar.{row}, {KernelText.Plus("row", i)}, column, rows, columns);")}}
                {{Rows.Select((row, i) => $"StoreRow(result, BottomNear.{row}, BottomFar.{row}, row + {tiling.Half + i}, column, rows, columns);")}}
            }

            private static FourFloats Bias(View bias, int column, int columns) => Quadruple.Of(
                BiasOfColumn(bias, column, columns),
                BiasOfColumn(bias, column + 1, columns),
                BiasOfColumn(bias, column + 2, columns),
                BiasOfColumn(bias, column + 3, columns));

            private static float BiasOfColumn(View bias, int column, int columns) => bias.Length > 0 && column < columns ? bias[column] : 0f;

            private static ProductTile AddToRows(ProductTile tile, FourFloats summands)
            {
                {{Rows.Select(row => $"tile.{row} = Quadruple.Add(tile.{row}, summands);")}}
                return tile;
            }

            private static void StoreRow(View result, FourFloats near, FourFloats far, int row, int column, int rows, int columns)
            {
                if (row >= rows)
                    return;
                View target = result.SubView(row * columns);
                Store(target, near, column, columns);
                Store(target, far, column + {{tiling.Half}}, columns);
            }

            private static void Store(View target, FourFloats results, int column, int columns)
            {
                if (column < columns)
                    target[column] = results.X;
                if (column + 1 < columns)
                    target[column + 1] = results.Y;
                if (column + 2 < columns)
                    target[column + 2] = results.Z;
                if (column + 3 < columns)
                    target[column + 3] = results.W;
            }
        }

        /// <summary>
        /// A thread's share of {{tiling.Depth}} summands of a tile's rows: one summand of 2 x {{AcceleratorTiling.Quad}} of them. Rows past the end are
        /// replaced by the last; their results are not written.
        /// </summary>
        public struct RowTile
        {
            private View {{string.Join(", ", Loaded.Select(i => $"_source{i}"))}};
            private FourFloats _top, _bottom;
            private int _lane, _target;

            public void Begin(View source, int thread, int firstRow, int rows, int summed)
            {
                _lane = thread % {{tiling.Depth}};
                _target = _lane * {{tiling.Stride}} + thread / {{tiling.Depth}};
                int row = firstRow + {{AcceleratorTiling.Quad}} * (thread / {{tiling.Depth}}), heldLane = Math.Min(_lane, summed - 1);
                {{Loaded.Select(i => $"_source{i} = source.SubView(Math.Min({KernelText.Plus("row", Row(i))}, rows - 1) * summed + heldLane);")}}
            }

            /// <summary>Loads the first tile, which has fewer summands, and zeros beside them.</summary>
            public void LoadFirst(int summands)
            {
                if (_lane < summands)
                    Load(0);
            }

            public void Load(int summand)
            {
                _top = Quadruple.Of({{string.Join(", ", Loaded.Take(AcceleratorTiling.Quad).Select(i => $"_source{i}[summand]"))}});
                _bottom = Quadruple.Of({{string.Join(", ", Loaded.Skip(AcceleratorTiling.Quad).Select(i => $"_source{i}[summand]"))}});
            }

            public void Store(Quads stages, int stage)
            {
                Quads target = stages.SubView(stage * {{tiling.Stage}} + _target);
                target[0] = _top;
                target[{{tiling.Side}}] = _bottom;
            }
        }
        """);

    private static string[] Rows { get; } = ["Row0", "Row1", "Row2", "Row3"];

    /// <summary>The rows that a thread loads a summand of.</summary>
    private IEnumerable<int> Loaded => Enumerable.Range(0, tiling.Held);

    /// <summary>Where a row that a thread loads lies in the tile, counted from its first.</summary>
    private int Row(int loaded) => (loaded / AcceleratorTiling.Quad * tiling.Half) + (loaded % AcceleratorTiling.Quad);
}
