using System.Runtime.InteropServices;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The dimensions of grouped-query attention, as its kernels take them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionDimensions
{
    /// <summary>Tiles of rows of all sequences.</summary>
    public int Tiles;

    /// <summary>Heads of the queries.</summary>
    public int Heads;

    /// <summary>Heads of keys and values.</summary>
    public int KeyHeads;

    /// <summary>Features of a head.</summary>
    public int HeadDim;

    /// <summary>Threads of a group along each side of its tile: 16, or 4 where groups are narrow.</summary>
    public int Side;

    /// <summary>1 / √features of a head.</summary>
    public float Scale;
}
