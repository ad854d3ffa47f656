using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.CompilerServices;

/// <summary>Puts codes of 4 bits together, two in a byte, the first in its high half.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FourBitCodes
{
    /// <summary>The bytes of 32 codes that have a byte each.</summary>
    /// <param name="first">The first 16 codes.</param>
    /// <param name="next">The 16 that follow.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Join(Vector128<byte> first, Vector128<byte> next) => Vector128.Narrow(Pairs(first), Pairs(next));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Pairs(Vector128<byte> codes)
    {
        Vector128<ushort> pairs = codes.AsUInt16();
        return ((pairs << 4) | (pairs >>> 8)) & Vector128.Create((ushort)0xFF);
    }
}
