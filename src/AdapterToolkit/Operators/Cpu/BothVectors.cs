using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>The sums of both vectors of a row.</summary>
/// <typeparam name="TOperations">The operations of the vectors.</typeparam>
/// <typeparam name="TVector">A vector.</typeparam>
/// <param name="near">The first vector.</param>
/// <param name="far">The second vector.</param>
internal struct BothVectors<TOperations, TVector>(TVector near, TVector far) : IRowSums<BothVectors<TOperations, TVector>, TVector>
    where TOperations : struct, IVectorOperations<TVector>
    where TVector : struct
{
    private TVector _near = near, _far = far;

    /// <inheritdoc/>
    /// <remarks>Sixteen sums fill the pipeline of processors with 32 vector registers, eight that of those with 16.</remarks>
    public static bool HoldsEightRows => TOperations.Count == 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BothVectors<TOperations, TVector> Load(ref float row) => new(TOperations.Load(ref row, 0), TOperations.Load(ref row, TOperations.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddProduct(TVector factor, BothVectors<TOperations, TVector> row)
    {
        _near = TOperations.MultiplyAdd(factor, row._near, _near);
        _far = TOperations.MultiplyAdd(factor, row._far, _far);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ref float row, bool accumulates)
    {
        FarVector<TOperations, TVector>.Store(_near, ref row, 0, accumulates);
        FarVector<TOperations, TVector>.Store(_far, ref row, TOperations.Count, accumulates);
    }
}
