namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Reads W in float32, where a piece is a number.</summary>
internal sealed class DenseWeightReader : WeightReader
{
    public override int PieceLength => 1;

    public override bool HasPartialPieces => false;

    public override IReadOnlyList<string> Aliases => [];

    public override IReadOnlyList<string> Parameters { get; } = ["View weight"];

    public override IReadOnlyList<string> Arguments { get; } = ["weight.Data.View"];

    public override void PrintTables(SourceWriter writer, string threads)
    {
    }

    public override void PrintSource(SourceWriter writer, string source, string element) =>
        writer.Line($"var {source} = weight.SubView({element});");

    public override void PrintLoads(SourceWriter writer, string piece, string source, string index)
    {
    }

    public override void PrintDecoding(SourceWriter writer, string piece)
    {
    }

    public override string Number(string piece, string source, string index, int number) => $"{source}[{KernelClass.Plus(index, number)}]";

    public override string Single(SourceWriter writer, string element) => $"weight[{element}]";
}
