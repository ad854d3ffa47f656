using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The shared memory of a group of attention's backward kernels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionMemory
{
    /// <summary>Some features of the tile of queries.</summary>
    public ArrayView<FourFloats> Left;

    /// <summary>Some features of the tile of keys; rows that are summed pass through it too.</summary>
    public ArrayView<FourFloats> Right;

    /// <summary>Some features of the gradients of the queries' results.</summary>
    public ArrayView<FourFloats> LeftGradient;

    /// <summary>Some features of the tile of values.</summary>
    public ArrayView<FourFloats> RightValue;

    /// <summary>A whole tile of weights or of their slopes.</summary>
    public ArrayView<FourFloats> Factors;

    /// <summary>Allocates it: once in a kernel.</summary>
    public static AttentionMemory Allocate()
    {
        AttentionMemory memory = default;
        memory.Left = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.Right = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.LeftGradient = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.RightValue = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        memory.Factors = SharedMemory.Allocate<FourFloats>(AttentionTiles.MaximumTile * AttentionTiles.Stride);
        return memory;
    }
}
