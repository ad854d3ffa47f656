using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// Computes the elements of its results one vector after the other, each from the same elements of its operands: a structure
/// of pointers to both.
/// </summary>
internal interface IElementKernel
{
    /// <summary>The time that one element takes, in multiply-adds of a product of matrices.</summary>
    public static abstract int Cost { get; }

    /// <summary>Computes one vector of the results.</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="i">The first of its elements.</param>
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct;
}
