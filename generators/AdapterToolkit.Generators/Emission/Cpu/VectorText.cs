namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>How a kernel's text names vectors and what is done with them.</summary>
/// <param name="Type">The vector.</param>
/// <param name="Operations">The type whose static members work on vectors.</param>
/// <param name="MultiplyAdd">The name of the fused operation.</param>
/// <param name="Zero">The vector of zeros.</param>
/// <param name="TileWidth">Numbers in the two vectors that a tile is wide.</param>
/// <param name="Load">A vector at some numbers, or some vectors, behind a reference.</param>
/// <param name="Store">Stores a vector at some vectors behind a reference.</param>
internal sealed record VectorText(
    string Type,
    string Operations,
    string MultiplyAdd,
    string Zero,
    string TileWidth,
    Func<string, int, string> Load,
    Func<string, string, int, string> Store)
{
    /// <summary>Vectors of any width: the kernel is compiled for each on its own.</summary>
    public static VectorText AnyWidth { get; } = new(
        "TVector",
        "TOperations",
        "MultiplyAdd",
        "TOperations.Zero",
        "2 * TOperations.Count",
        (reference, vectors) => $"TOperations.Load(ref {reference}, {Distance(vectors)})",
        (vector, reference, vectors) => $"TOperations.Store({vector}, ref {reference}, {Distance(vectors)});");

    /// <summary>Vectors of one width.</summary>
    public static VectorText Of(VectorShape shape) => new(
        "Floats",
        shape.Name,
        "MultiplyAddEstimate",
        "Floats.Zero",
        $"{shape.TileWidth}",
        (reference, vectors) => shape.Load(reference, vectors * shape.Lanes),
        (vector, reference, vectors) => shape.Store(vector, reference, vectors * shape.Lanes));

    /// <summary>So many vectors' numbers.</summary>
    public static string Distance(int vectors) => vectors switch
    {
        0 => "0",
        1 => "TOperations.Count",
        _ => $"{vectors} * TOperations.Count",
    };
}
