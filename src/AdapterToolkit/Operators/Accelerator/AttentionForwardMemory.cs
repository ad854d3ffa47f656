using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The shared memory of a group of attention's forward kernels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionForwardMemory
{
    /// <summary>Some features of the tile of queries.</summary>
    public ArrayView<FourFloats> Left;

    /// <summary>Some features of the tile of keys; the values pass through it too.</summary>
    public ArrayView<FourFloats> Right;

    /// <summary>A whole tile of weights.</summary>
    public ArrayView<FourFloats> Weights;

    /// <summary>One quadruple of each thread.</summary>
    public ArrayView<FourFloats> Partial;

    /// <summary>Allocates it: once in a kernel.</summary>
    public static AttentionForwardMemory Allocate()
    {
        AttentionForwardMemory memory = default;
        memory.Left = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.Right = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.Weights = SharedMemory.Allocate<FourFloats>(AttentionTiles.MaximumTile * AttentionTiles.Stride);
        memory.Partial = SharedMemory.Allocate<FourFloats>(AttentionTiles.MaximumTile / 4 * AttentionTiles.Stride);
        return memory;
    }
}
