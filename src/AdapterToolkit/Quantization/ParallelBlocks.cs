namespace AdapterToolkit.Quantization;

/// <summary>Shares work over a long run of numbers among all cores, in pieces of whole blocks.</summary>
internal static class ParallelBlocks
{
    /// <summary>Numbers of a piece: enough that handing it out costs nothing, few enough that cores end together.</summary>
    private const int PieceNumbers = 1 << 16;

    /// <summary>Calls a function for pieces that together are all numbers; on the calling thread where there is only one.</summary>
    /// <param name="elements">How many numbers there are.</param>
    /// <param name="blockSize">How many numbers a block has; divides the length of a piece.</param>
    /// <param name="piece">Receives the first number of a piece and the one after its last.</param>
    internal static void Run(int elements, int blockSize, Action<int, int> piece)
    {
        int length = PieceNumbers / blockSize * blockSize;
        int pieces = (int)(((long)elements + length - 1) / length);
        if (pieces <= 1)
            piece(0, elements);
        else
            Parallel.For(0, pieces, index => piece(index * length, (int)Math.Min(elements, ((long)index + 1) * length)));
    }
}
