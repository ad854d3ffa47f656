using System.Runtime.InteropServices;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Which keys and values stand before the sequence of a tile.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PrefixRows
{
    /// <summary>How many numbers describe them: those of <see cref="SequencePrefix"/> that kernels need.</summary>
    public const int NumbersOfTile = 3;

    /// <summary>The first of their rows.</summary>
    public int First;

    /// <summary>How many there are; zero for none.</summary>
    public int Count;

    /// <summary>The first of the sequence's rows among the gradients.</summary>
    public int FirstGradient;

    /// <summary>Those of the sequence of a tile.</summary>
    /// <param name="rows">Those of all tiles.</param>
    /// <param name="tile">The number of the tile.</param>
    public static PrefixRows Of(ArrayView<int> rows, int tile)
    {
        PrefixRows result = default;
        result.First = rows[tile * NumbersOfTile];
        result.Count = rows[(tile * NumbersOfTile) + 1];
        result.FirstGradient = rows[(tile * NumbersOfTile) + 2];
        return result;
    }

    /// <summary>Writes the numbers of a tile.</summary>
    /// <param name="numbers">Where they go.</param>
    /// <param name="prefix">What stands before the tile's sequence.</param>
    internal static void Write(Span<int> numbers, SequencePrefix prefix)
    {
        numbers[0] = prefix.First;
        numbers[1] = prefix.Count;
        numbers[2] = prefix.FirstGradient;
    }
}
