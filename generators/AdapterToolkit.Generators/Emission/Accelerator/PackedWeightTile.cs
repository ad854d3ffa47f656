using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Brings a tile of a packed W into shared memory, one piece a thread, which it decodes as it stores it: eight summands of a
/// column where these lie side by side, and else eight columns of a summand.
/// </summary>
internal sealed class PackedWeightTile : WeightTile
{
    private readonly TileShape _shape;
    private readonly WeightReader _reader;
    private readonly bool _readsColumns;

    public PackedWeightTile(Product product, TileShape shape, WeightReader reader)
    {
        _shape = shape;
        _reader = reader;
        _readsColumns = product.Weight.Use == WeightUse.Transposed;
        if (reader.PieceLength != TileShape.Depth || shape.Columns * TileShape.Depth != shape.Threads * reader.PieceLength)
            throw new ArgumentException($"A tile of {shape.Columns} columns has no piece of {reader.PieceLength} numbers for each of {shape.Threads} threads.", nameof(shape));
    }

    public override void PrintSources(SourceWriter writer)
    {
        writer.Line();
        if (_readsColumns)
        {
            writer.Line($"// Of the columns, it loads {_reader.PieceLength} summands of one.");
            _reader.PrintSource(writer, "rightSource", $"{KernelClass.Min("firstColumn + thread", "outFeatures - 1")} * inFeatures");
            return;
        }

        int pieces = _shape.Columns / _reader.PieceLength;
        writer.Line($"// Of the columns, it loads one summand of {_reader.PieceLength}.");
        writer.Line($"int loadedSummand = thread / {pieces};");
        writer.Line($"int loadedPiece = thread % {pieces};");
        writer.Line($"int heldColumn = {KernelClass.Min($"firstColumn + {_reader.PieceLength} * loadedPiece", $"(inFeatures - 1) / {_reader.PieceLength} * {_reader.PieceLength}")};");
        _reader.PrintSource(writer, "rightSource", $"{KernelClass.Min("loadedSummand", "outFeatures - 1")} * inFeatures + heldColumn");
    }

    /// <summary>All threads load a piece: where the tile has no summands, those of the rows are zeros.</summary>
    public override void PrintFirstLoads(SourceWriter writer)
    {
        writer.Line();
        _reader.PrintLoads(writer, "first", "rightSource", "0");
    }

    public override void PrintLoads(SourceWriter writer) =>
        _reader.PrintLoads(writer, "next", "rightSource", _readsColumns ? "summand" : "summand * inFeatures");

    public override void PrintStores(SourceWriter writer, string prefix)
    {
        _reader.PrintDecoding(writer, prefix);
        int stage = TileShape.Depth * _shape.RightStride;
        if (_readsColumns)
        {
            writer.Line($"var {prefix}RightTarget = right.Cast<float>().SubView(stage * {stage * TileShape.Quad} + thread);");
            for (int i = 0; i < _reader.PieceLength; i++)
                writer.Line($"{prefix}RightTarget[{i * _shape.RightStride * TileShape.Quad}] = {Number(i)};");
            return;
        }

        int quads = _reader.PieceLength / TileShape.Quad;
        for (int quad = 0; quad < quads; quad++)
        {
            writer.Line($"Float4 {prefix}Right{quad} = default;");
            for (int part = 0; part < TileShape.Quad; part++)
                writer.Line($"{prefix}Right{quad}.{KernelClass.Parts[part]} = {Number((quad * TileShape.Quad) + part)};");
        }

        writer.Line($"var {prefix}RightTarget = right.SubView(stage * {stage} + loadedSummand * {_shape.RightStride} + {quads} * loadedPiece);");
        for (int quad = 0; quad < quads; quad++)
            writer.Line($"{prefix}RightTarget[{quad}] = {prefix}Right{quad};");

        string Number(int i) => _reader.Number(prefix, "rightSource", "0", i);
    }
}
