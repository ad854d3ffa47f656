using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>What <see cref="SmallProduct"/> sums for one row: some of the two vectors that a row of its result has.</summary>
/// <typeparam name="TSelf">The structure itself.</typeparam>
/// <typeparam name="TVector">A vector.</typeparam>
internal interface IRowSums<TSelf, TVector>
    where TSelf : struct, IRowSums<TSelf, TVector>
    where TVector : struct
{
    /// <summary>Whether the registers hold the sums of eight rows; otherwise those of four.</summary>
    static abstract bool HoldsEightRows { get; }

    /// <summary>Reads the vectors of a row.</summary>
    static abstract TSelf Load(ref float row);

    /// <summary>Adds factor · row.</summary>
    void AddProduct(TVector factor, TSelf row);

    /// <summary>Writes the sums to a row of the result, or adds them to it.</summary>
    void Store(ref float row, bool accumulates);
}
