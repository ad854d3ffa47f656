namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// How the kernels of one format read W: as which parameters it comes, and by which statements its numbers are found. Kernels
/// read a piece of neighbouring numbers of a row of W at once, in two steps: what its reads bring, then its numbers.
/// </summary>
internal abstract class WeightReader
{
    /// <summary>How many numbers a piece has.</summary>
    public abstract int PieceLength { get; }

    /// <summary>Whether kernels must expect numbers after a row's last whole piece.</summary>
    public abstract bool HasPartialPieces { get; }

    /// <summary>What the kernels of the format call by short names, beside those of every kernel.</summary>
    public abstract IReadOnlyList<string> Aliases { get; }

    /// <summary>The parameters that bring W into a kernel.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>What a launch passes for them.</summary>
    public abstract IReadOnlyList<string> Arguments { get; }

    /// <summary>Prints what a kernel needs once, at its beginning, before any thread may leave it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="threads">The threads of a group.</param>
    public abstract void PrintTables(SourceWriter writer, string threads);

    /// <summary>Prints the declaration of a place in W that others are counted from.</summary>
    public abstract void PrintSource(SourceWriter writer, string source, string element);

    /// <summary>Prints the reads of a piece.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="piece">The name of the piece.</param>
    /// <param name="source">The place that the piece is counted from.</param>
    /// <param name="index">How many numbers after it the piece begins.</param>
    public abstract void PrintLoads(SourceWriter writer, string piece, string source, string index);

    /// <summary>Prints what all numbers of a piece have in common, once its reads have come.</summary>
    public abstract void PrintDecoding(SourceWriter writer, string piece);

    /// <summary>One of a piece's numbers.</summary>
    public abstract string Number(string piece, string source, string index, int number);

    /// <summary>Prints the reads of a single number, and gives the number.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="element">Which of W's numbers, in row-major order.</param>
    public abstract string Single(SourceWriter writer, string element);
}
