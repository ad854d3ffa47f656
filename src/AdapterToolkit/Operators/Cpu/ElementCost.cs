using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>What one element costs in multiply-adds of a product of matrices, for <see cref="Sharing"/>.</summary>
internal static class ElementCost
{
    /// <summary>A sum or product of two numbers: it waits for memory, not for the processor.</summary>
    internal const int Arithmetic = 4;

    /// <summary>A function with one exponential.</summary>
    internal const int Exponential = 8;

    /// <summary>A function with an error function, which has an exponential in it.</summary>
    internal const int ErrorFunction = 16;
}
