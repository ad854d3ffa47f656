using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>A function of two numbers, for vectors of every width.</summary>
internal interface IBinaryFunction
{
    /// <summary>The time that one element takes, in multiply-adds of a product of matrices.</summary>
    public static abstract int Cost { get; }

    /// <summary>Applies the function to each pair of numbers of two vectors.</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="left">The first arguments.</param>
    /// <param name="right">The second arguments.</param>
    public static abstract TVector Apply<TOperations, TVector>(TVector left, TVector right)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct;
}
