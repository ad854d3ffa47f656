using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Runs kernels that compute element by element, in the widest vectors, on all cores where that pays.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements of one cache line: two threads never write to the same.</summary>
    private const int Line = 16;

    /// <summary>Where the numbers of a tensor on the CPU device are. They do not move while somebody holds the tensor.</summary>
    public static float* Pointer(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Span));

    /// <summary>Runs a kernel over elements from 0.</summary>
    /// <typeparam name="TKernel">The kernel's type.</typeparam>
    /// <param name="device">The device.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="elements">How many elements there are.</param>
    public static void Run<TKernel>(CpuDevice device, TKernel kernel, int elements)
        where TKernel : struct, IElementKernel
    {
        int workers = Sharing.Workers(device, elements, 1, TKernel.Cost);
        if (workers == 1)
            RunRange(kernel, 0, elements);
        else
            device.RunShared(new Work<TKernel>(kernel, elements), workers);
    }

    /// <summary>Runs a kernel over some elements on the calling thread.</summary>
    /// <typeparam name="TKernel">The kernel's type.</typeparam>
    /// <param name="kernel">The kernel.</param>
    /// <param name="start">The first element.</param>
    /// <param name="end">The one after the last.</param>
    public static void RunRange<TKernel>(TKernel kernel, nint start, nint end)
        where TKernel : struct, IElementKernel
    {
        nint rest = VectorWidth.Bits switch
        {
            512 => Loop<TKernel, VectorOperations512, Vector512<float>>(kernel, start, end),
            256 => Loop<TKernel, VectorOperations256, Vector256<float>>(kernel, start, end),
            _ => Loop<TKernel, VectorOperations128, Vector128<float>>(kernel, start, end),
        };
        Loop<TKernel, VectorOperations1, float>(kernel, rest, end);
    }

    /// <summary>Computes the elements that fill whole vectors, and returns the first that is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Loop<TKernel, TOperations, TVector>(TKernel kernel, nint start, nint end)
        where TKernel : struct, IElementKernel
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        nint i = start;
        for (; i <= end - TOperations.Count; i += TOperations.Count)
            kernel.Compute<TOperations, TVector>(i);
        return i;
    }

    private sealed class Work<TKernel>(TKernel kernel, int elements) : ParallelWork
        where TKernel : struct, IElementKernel
    {
        public override void Run(int worker, int workers) =>
            RunRange(kernel, ShareStart(elements, Line, worker, workers), ShareStart(elements, Line, worker + 1, workers));
    }
}
