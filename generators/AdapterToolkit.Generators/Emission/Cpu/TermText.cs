namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>What a term adds to the loops of a product, piece by piece; all pieces are empty where a product has none.</summary>
/// <param name="Parameters">Its operands among the parameters of the work, each followed by a comma.</param>
/// <param name="Arguments">What is passed for them from parameters of the same names.</param>
/// <param name="References">References to the operands.</param>
/// <param name="Scratch">The memory that operands are packed into.</param>
/// <param name="PackRows">Packs what belongs to a block of rows.</param>
/// <param name="Condition">When a tile adds the term.</param>
/// <param name="PackPanel">Packs what belongs to a panel of W.</param>
/// <param name="TileReferences">References to a tile's part of what was packed.</param>
/// <param name="TileArguments">What a tile takes.</param>
/// <param name="EndBlock">What is added to the results of a block of rows when W's product is complete.</param>
internal sealed record TermText(
    string Parameters,
    string Arguments,
    string References,
    string Scratch,
    string PackRows,
    string Condition,
    string PackPanel,
    string TileReferences,
    string TileArguments,
    string EndBlock)
{
    /// <summary>No term.</summary>
    public static TermText None { get; } = new(
        string.Empty,
        string.Empty,
        "ref float noTerm = ref Unsafe.NullRef<float>();",
        string.Empty,
        string.Empty,
        string.Empty,
        string.Empty,
        string.Empty,
        "ref noTerm, ref noTerm, 0, false",
        string.Empty);
}
