using System.Runtime.Intrinsics;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>A piece of work that threads share, in the vectors that kernels use.</summary>
internal abstract class VectorWork : ParallelWork
{
    /// <inheritdoc/>
    public sealed override void Run(int worker, int workers)
    {
        switch (VectorWidth.Bits)
        {
            case 512: Run<VectorOperations512, Vector512<float>>(worker, workers); break;
            case 256: Run<VectorOperations256, Vector256<float>>(worker, workers); break;
            default: Run<VectorOperations128, Vector128<float>>(worker, workers); break;
        }
    }

    /// <summary>Does one worker's share.</summary>
    /// <typeparam name="TOperations">The operations of the vectors.</typeparam>
    /// <typeparam name="TVector">A vector.</typeparam>
    /// <param name="worker">Which worker this is, from 0.</param>
    /// <param name="workers">How many workers there are.</param>
    protected abstract void Run<TOperations, TVector>(int worker, int workers)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct;
}
