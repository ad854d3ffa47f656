using System.ComponentModel;
using AdapterToolkit.Devices;

namespace AdapterToolkit.Kernels;

/// <summary>Reads words that begin between words, inside kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FunnelShift
{
    /// <summary>The 32 bits that begin inside a word and end inside the next one.</summary>
    /// <param name="word">The word.</param>
    /// <param name="next">The next one, whose bits are the higher ones.</param>
    /// <param name="shift">The bits of the word that are left out, 0 to 31.</param>
    public static uint Right(uint word, uint next, int shift) => CudaInstructions.FunnelShift(word, next, shift);
}
