using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints a product as a kernel that works on tiles: a group brings eight summands of its rows and columns into shared
/// memory, every thread adds their 8 x 8 products to the results that it holds in scalars, and meanwhile the next eight are
/// on their way. The low-rank term is a last stretch of the same sum, over the rank.
/// </summary>
internal sealed class TiledProductPrinter
{
    private readonly SourceWriter _writer;
    private readonly Product _product;
    private readonly TileShape _shape;
    private readonly WeightReader _reader;
    private readonly WeightTile _weights;
    private readonly string _summed;
    private readonly string _columns;
    private readonly int _leftQuads;

    private TiledProductPrinter(SourceWriter writer, Product product, TileShape shape, WeightReader reader)
    {
        _writer = writer;
        _product = product;
        _shape = shape;
        _reader = reader;
        _weights = reader.PieceLength == 1 ? new DenseWeightTile(product, shape) : new PackedWeightTile(product, shape, reader);
        _summed = ProductNames.Summed(product);
        _columns = ProductNames.Columns(product);
        _leftQuads = shape.Rows / shape.LoadedAtOnce;
    }

    /// <summary>Whether a column's summands lie side by side, as in W's rows for x Wᵀ.</summary>
    private bool ReadsColumns => _product.Weight.Use == WeightUse.Transposed;

    public static void Print(SourceWriter writer, Product product, TileShape shape, WeightReader reader) =>
        new TiledProductPrinter(writer, product, shape, reader).Print();

    /// <summary>Where the summand that a thread loads of a row, or column, lies.</summary>
    public static string Source(TileShape shape, string first, int index, string count, string summed) =>
        $"{KernelClass.Min(KernelClass.Plus($"{first} + 4 * quad", (index / 4 * shape.LoadedAtOnce) + (index % 4)), $"{count} - 1")} * {summed} + heldLane";

    private void Print()
    {
        KernelClass.OpenKernel(_writer, _product.Name, $"{_product.Formula}, {_shape.Rows} x {_shape.Columns} results a group of {_shape.Threads} threads.", ProductNames.Parameters(_product, _reader));
        PrintPlaces();
        PrintSources();
        PrintAccumulators();
        PrintFirstTile();
        PrintMainLoop();
        if (_product.LowRank is not null)
            PrintLowRankTerm();
        PrintResults();
        _writer.Close();
    }

    /// <summary>Which results the thread holds, and where it loads from and stores to.</summary>
    private void PrintPlaces()
    {
        _writer.Line($"// Two stages of {TileShape.Depth} summands, so that one is read while the next is written.");
        _writer.Line($"var left = SharedMemory.Allocate<Float4>({2 * TileShape.Depth * _shape.LeftStride});");
        _writer.Line($"var right = SharedMemory.Allocate<Float4>({2 * TileShape.Depth * _shape.RightStride});");
        _writer.Line($"int thread = Group.IdxX;");
        _writer.Line($"int threadRow = thread / {_shape.ThreadColumns};");
        _writer.Line($"int threadColumn = thread % {_shape.ThreadColumns};");
        _writer.Line($"int firstRow = Grid.IdxY * {_shape.Rows};");
        _writer.Line($"int firstColumn = Grid.IdxX * {_shape.Columns};");
        _writer.Line();
        _reader.PrintTables(_writer, $"{_shape.Threads}");
    }

    /// <summary>Where the thread loads from: rows past the end are replaced by the last, their results are not written.</summary>
    private void PrintSources()
    {
        _writer.Line($"// The thread loads one summand of {_leftQuads} x 4 rows{_weights.BesideRows}; past the end it loads the last again.");
        _writer.Line($"int lane = thread % {TileShape.Depth};");
        _writer.Line($"int quad = thread / {TileShape.Depth};");
        _writer.Line($"int heldLane = {KernelClass.Min("lane", $"{_summed} - 1")};");
        for (int row = 0; row < 4 * _leftQuads; row++)
            _writer.Line($"var leftSource{row} = {_product.Left}.SubView({Source(_shape, "firstRow", row, "rows", _summed)});");
        _weights.PrintSources(_writer);
        _writer.Line();
    }

    private void PrintAccumulators()
    {
        for (int row = 0; row < TileShape.Held; row++)
            _writer.Line($"float {string.Join(", ", Enumerable.Range(0, TileShape.Held).Select(column => $"{Accumulator(row, column)} = 0f"))};");
        for (int quad = 0; quad < _leftQuads; quad++)
            _writer.Line($"Float4 nextLeft{quad} = default;");
        _weights.PrintDeclarations(_writer);
        _writer.Line();
    }

    private string Accumulator(int row, int column) => $"{_product.Result}{row}{column}";

    /// <summary>The first tile takes the summands that are left over from whole tiles, and zeros beside them.</summary>
    private void PrintFirstTile()
    {
        _writer.Line("// The first tile takes what whole tiles leave over, and zeros; all others are whole.");
        _writer.Line($"int first = {_summed} - ({_summed} - 1) / {TileShape.Depth} * {TileShape.Depth};");
        _writer.Line($"int last = Math.Max({_summed} - {TileShape.Depth}, 0);");
        _writer.Open("if (lane < first)");
        PrintLeftLoads("0");
        _weights.PrintFirstLoadsWithRows(_writer);
        _writer.Close();
        _weights.PrintFirstLoads(_writer);
        _writer.Line();
        _writer.Line("int stage = 0;");
        PrintStores("first");
        _writer.Line(KernelClass.Barrier);
        _writer.Line();
    }

    private void PrintLeftLoads(string summand)
    {
        for (int i = 0; i < 4 * _leftQuads; i++)
            _writer.Line($"nextLeft{i / 4}.{KernelClass.Parts[i % 4]} = leftSource{i}[{summand}];");
    }

    private void PrintStores(string prefix)
    {
        _writer.Line($"var {prefix}LeftTarget = left.SubView(stage * {TileShape.Depth * _shape.LeftStride} + lane * {_shape.LeftStride} + quad);");
        for (int quad = 0; quad < _leftQuads; quad++)
            _writer.Line($"{prefix}LeftTarget[{quad * _shape.LoadedAtOnce / 4}] = nextLeft{quad};");
        _weights.PrintStores(_writer, prefix);
    }

    /// <summary>The loop over whole tiles: load the next, multiply this one, store the next, wait.</summary>
    private void PrintMainLoop()
    {
        _writer.Line("// After the last tile the loads repeat it, and nobody reads what they bring.");
        _writer.Open($"for (int next = first; next < {_summed} + {TileShape.Depth}; next += {TileShape.Depth})");
        _writer.Line($"int summand = {KernelClass.Min("next", "last")};");
        _weights.PrintPlace(_writer);
        PrintLeftLoads("summand");
        _weights.PrintLoads(_writer);
        _writer.Line();
        _writer.Line($"var leftTile = left.SubView(stage * {TileShape.Depth * _shape.LeftStride} + threadRow);");
        _writer.Line($"var rightTile = right.SubView(stage * {TileShape.Depth * _shape.RightStride} + threadColumn);");
        for (int summand = 0; summand < TileShape.Depth; summand++)
            PrintMultiplication(summand);
        _writer.Line();
        _writer.Line("stage = 1 - stage;");
        PrintStores("next");
        _writer.Line(KernelClass.Barrier);
        _writer.Close();
        _writer.Line();
    }

    /// <summary>Adds the products of one summand of the thread's eight rows and eight columns.</summary>
    private void PrintMultiplication(int summand)
    {
        _writer.Open();
        _writer.Line($"Float4 top = leftTile[{summand * _shape.LeftStride}], bottom = leftTile[{(summand * _shape.LeftStride) + _shape.ThreadRows}];");
        _writer.Line($"Float4 near = rightTile[{summand * _shape.RightStride}], far = rightTile[{(summand * _shape.RightStride) + _shape.ThreadColumns}];");
        for (int row = 0; row < TileShape.Held; row++)
        {
            string factor = $"{(row < 4 ? "top" : "bottom")}.{KernelClass.Parts[row % 4]}";
            for (int half = 0; half < 2; half++)
                _writer.Line(string.Join(" ", Enumerable.Range(0, 4).Select(column => $"{Accumulator(row, (4 * half) + column)} += {factor} * {(half == 0 ? "near" : "far")}.{KernelClass.Parts[column]};")));
        }

        _writer.Close();
    }

    /// <summary>The last stretch of the sum, over the rank, unrolled in pieces of as many components as a tile holds.</summary>
    private void PrintLowRankTerm()
    {
        _writer.Line($"// The low-rank term goes on with the sum, over {_product.LowRank!.Rank} components.");
        _writer.Open($"if ({ProductNames.HasLowRank(_product)})");
        _writer.Line($"var leftTile = left.SubView(threadRow);");
        _writer.Line($"var rightTile = right.SubView(threadColumn);");
        _writer.Line("var leftComponents = left.Cast<float>();");
        _writer.Line("var rightComponents = right.Cast<float>();");
        for (int first = 0; first < _product.LowRank!.Rank; first += TileShape.Depth)
        {
            int components = Math.Min(TileShape.Depth, _product.LowRank!.Rank - first);
            if (first > 0)
                _writer.Line(KernelClass.Barrier);
            string factor = _product.LowRank!.Scales ? "scaling * " : string.Empty;
            _writer.Open($"for (int i = thread; i < {_shape.Rows * components}; i += {_shape.Threads})");
            _writer.Line($"int row = {KernelClass.Min($"firstRow + i / {components}", "rows - 1")};");
            _writer.Line($"leftComponents[i % {components} * {4 * _shape.LeftStride} + i / {components}] = {factor}{_product.LowRank!.Left}[row * {_product.LowRank!.Rank} + {KernelClass.Plus($"i % {components}", first)}];");
            _writer.Close();
            _writer.Open($"for (int i = thread; i < {_shape.Columns * components}; i += {_shape.Threads})");
            if (ReadsColumns)
            {
                _writer.Line($"int column = {KernelClass.Min($"firstColumn + i / {components}", $"{_columns} - 1")};");
                _writer.Line($"rightComponents[i % {components} * {4 * _shape.RightStride} + i / {components}] = {_product.LowRank!.Right}[column * {_product.LowRank!.Rank} + {KernelClass.Plus($"i % {components}", first)}];");
            }
            else
            {
                _writer.Line($"int column = {KernelClass.Min($"firstColumn + i % {_shape.Columns}", $"{_columns} - 1")};");
                string component = first == 0 ? $"i / {_shape.Columns}" : $"({first} + i / {_shape.Columns})";
                _writer.Line($"rightComponents[i / {_shape.Columns} * {4 * _shape.RightStride} + i % {_shape.Columns}] = {_product.LowRank!.Right}[{component} * {_columns} + column];");
            }

            _writer.Close();
            _writer.Line(KernelClass.Barrier);
            for (int component = 0; component < components; component++)
                PrintMultiplication(component);
        }

        _writer.Close();
        _writer.Line();
    }

    /// <summary>Writes each result once, with the bias.</summary>
    private void PrintResults()
    {
        for (int column = 0; column < TileShape.Held; column++)
            _writer.Line($"int column{column} = {KernelClass.Plus("firstColumn + 4 * threadColumn", (column / 4 * _shape.Columns / 2) + (column % 4))};");
        if (_product.Epilogue.HasBias)
        {
            for (int column = 0; column < TileShape.Held; column++)
                _writer.Line($"float bias{column} = bias.Length > 0 && column{column} < {_columns} ? bias[column{column}] : 0f;");
        }

        for (int row = 0; row < TileShape.Held; row++)
        {
            _writer.Line($"int row{row} = {KernelClass.Plus("firstRow + 4 * threadRow", (row / 4 * _shape.Rows / 2) + (row % 4))};");
            _writer.Open($"if (row{row} < rows)");
            _writer.Line($"var target = {_product.Result}.SubView(row{row} * {_columns});");
            for (int column = 0; column < TileShape.Held; column++)
            {
                _writer.Line($"if (column{column} < {_columns})");
                _writer.Indent();
                _writer.Line($"target[column{column}] = {Accumulator(row, column)}{(_product.Epilogue.HasBias ? $" + bias{column}" : string.Empty)};");
                _writer.Unindent();
            }

            _writer.Close();
        }
    }
}
