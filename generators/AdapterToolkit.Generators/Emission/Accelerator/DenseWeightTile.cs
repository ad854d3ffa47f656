using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Brings a tile of W in float32 into shared memory.</summary>
internal sealed class DenseWeightTile : WeightTile
{
    private readonly TileShape _shape;
    private readonly bool _readsColumns;
    private readonly string _summed;
    private readonly string _columns;
    private readonly int _loads;

    public DenseWeightTile(Product product, TileShape shape)
    {
        _shape = shape;
        _readsColumns = product.Weight.Use == WeightUse.Transposed;
        _summed = ProductNames.Summed(product);
        _columns = ProductNames.Columns(product);
        _loads = _readsColumns ? shape.Columns / shape.LoadedAtOnce : shape.Columns * TileShape.Depth / shape.Threads;
    }

    public override string BesideRows => _readsColumns ? $" and of {_loads} x 4 columns" : string.Empty;

    /// <summary>Summands that all threads together load of the tile's columns at once, where columns lie side by side.</summary>
    private int SummandsAtOnce => _shape.Threads / _shape.Columns;

    public override void PrintSources(SourceWriter writer)
    {
        if (_readsColumns)
        {
            for (int column = 0; column < 4 * _loads; column++)
                writer.Line($"var rightSource{column} = weight.SubView({TiledProductPrinter.Source(_shape, "firstColumn", column, _columns, _summed)});");
            return;
        }

        writer.Line();
        writer.Line($"// Of the columns, it loads {_loads} summands of one.");
        writer.Line($"int loadedSummand = thread / {_shape.Columns};");
        writer.Line($"int loadedColumn = thread % {_shape.Columns};");
        writer.Line($"int heldColumn = {KernelClass.Min("firstColumn + loadedColumn", $"{_columns} - 1")};");
        for (int load = 0; load < _loads; load++)
            writer.Line($"var rightSource{load} = weight.SubView({KernelClass.Min(KernelClass.Plus("loadedSummand", load * SummandsAtOnce), $"{_summed} - 1")} * {_columns} + heldColumn);");
    }

    public override void PrintDeclarations(SourceWriter writer)
    {
        for (int load = 0; load < _loads; load++)
            writer.Line(_readsColumns ? $"Float4 nextRight{load} = default;" : $"float nextRight{load} = 0f;");
    }

    public override void PrintFirstLoadsWithRows(SourceWriter writer)
    {
        if (_readsColumns)
            PrintLoads(writer, "0");
    }

    public override void PrintFirstLoads(SourceWriter writer)
    {
        if (_readsColumns)
            return;
        for (int load = 0; load < _loads; load++)
        {
            writer.Open($"if ({KernelClass.Plus("loadedSummand", load * SummandsAtOnce)} < first)");
            writer.Line($"nextRight{load} = rightSource{load}[0];");
            writer.Close();
        }
    }

    public override void PrintPlace(SourceWriter writer)
    {
        if (!_readsColumns)
            writer.Line($"int summandRow = summand * {_columns};");
    }

    public override void PrintLoads(SourceWriter writer) => PrintLoads(writer, _readsColumns ? "summand" : "summandRow");

    public override void PrintStores(SourceWriter writer, string prefix)
    {
        writer.Line(_readsColumns
            ? $"var {prefix}RightTarget = right.SubView(stage * {TileShape.Depth * _shape.RightStride} + lane * {_shape.RightStride} + quad);"
            : $"var {prefix}RightTarget = right.Cast<float>().SubView(stage * {TileShape.Depth * _shape.RightStride * TileShape.Quad} + loadedSummand * {_shape.RightStride * TileShape.Quad} + loadedColumn);");
        int step = _readsColumns ? _shape.LoadedAtOnce / TileShape.Quad : SummandsAtOnce * _shape.RightStride * TileShape.Quad;
        for (int load = 0; load < _loads; load++)
            writer.Line($"{prefix}RightTarget[{load * step}] = nextRight{load};");
    }

    private void PrintLoads(SourceWriter writer, string offset)
    {
        if (_readsColumns)
        {
            for (int i = 0; i < 4 * _loads; i++)
                writer.Line($"nextRight{i / 4}.{KernelClass.Parts[i % 4]} = rightSource{i}[{offset}];");
            return;
        }

        for (int i = 0; i < _loads; i++)
            writer.Line($"nextRight{i} = rightSource{i}[{offset}];");
    }
}
