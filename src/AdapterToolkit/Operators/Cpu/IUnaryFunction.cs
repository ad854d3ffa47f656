using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>A function of one number, for vectors of every width.</summary>
internal interface IUnaryFunction
{
    /// <summary>The time that one element takes, in multiply-adds of a product of matrices.</summary>
    public static abstract int Cost { get; }

    /// <summary>Applies the function to each number of a vector.</summary>
    /// <typeparam name="TOperations">The operations of the vector.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    /// <param name="x">The arguments.</param>
    public static abstract TVector Apply<TOperations, TVector>(TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct;
}
