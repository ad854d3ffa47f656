using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Memory that a kernel packs its operands into: each thread keeps a few pieces, aligned to 64 bytes, which grow to the
/// largest request and are used again by the next kernel. Block sizes bound the requests, so a piece stays near the size
/// of a core's second-level cache.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class ScratchMemory
{
    private const int Slots = 7;
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static Piece?[]? s_pieces;

    /// <summary>Gives the calling thread's piece of memory with a number. What it held before is not kept.</summary>
    /// <param name="slot">The number of the piece, from 0 to 6.</param>
    /// <param name="count">How many numbers must fit.</param>
    /// <returns>The start of the piece; it stays valid until the thread asks for the same number again.</returns>
    public static ref float Take(int slot, int count)
    {
        Piece?[] pieces = s_pieces ??= new Piece?[Slots];
        Piece? piece = pieces[slot];
        if (piece is null || piece.Capacity < count)
        {
            piece?.Dispose();
            piece = new Piece(count);
            pieces[slot] = piece;
        }

        return ref Unsafe.AsRef<float>(piece.Pointer);
    }

    /// <summary>One piece of memory, freed when its thread is gone.</summary>
    private sealed class Piece : IDisposable
    {
        public Piece(int capacity)
        {
            Capacity = capacity;
            Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(capacity, 16) * sizeof(float), Alignment);
        }

        ~Piece() => Dispose();

        public int Capacity { get; }

        public float* Pointer { get; private set; }

        public void Dispose()
        {
            NativeMemory.AlignedFree(Pointer);
            Pointer = null;
            GC.SuppressFinalize(this);
        }
    }
}
