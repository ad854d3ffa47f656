using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>The sums of the second vector of a row alone.</summary>
/// <typeparam name="TOperations">The operations of the vectors.</typeparam>
/// <typeparam name="TVector">A vector.</typeparam>
/// <param name="far">The second vector.</param>
internal struct FarVector<TOperations, TVector>(TVector far) : IRowSums<FarVector<TOperations, TVector>, TVector>
    where TOperations : struct, IVectorOperations<TVector>
    where TVector : struct
{
    private TVector _far = far;

    /// <inheritdoc/>
    public static bool HoldsEightRows => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FarVector<TOperations, TVector> Load(ref float row) => new(TOperations.Load(ref row, TOperations.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddProduct(TVector factor, FarVector<TOperations, TVector> row) => _far = TOperations.MultiplyAdd(factor, row._far, _far);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ref float row, bool accumulates) => Store(_far, ref row, TOperations.Count, accumulates);

    /// <summary>Writes one vector, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(TVector vector, ref float row, int offset, bool accumulates) =>
        TOperations.Store(accumulates ? TOperations.Add(vector, TOperations.Load(ref row, offset)) : vector, ref row, offset);
}
