using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>What a thread of the forward kernels has summed over the keys so far, for its four queries.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionSums
{
    /// <summary>m: the largest product of each query and a key.</summary>
    public FourFloats Maximum;

    /// <summary>Σ e^(s - m) over the keys in the thread's columns.</summary>
    public FourFloats Sum;

    /// <summary>Σ e^(s - m) v, for the thread's four features.</summary>
    public ProductTile Output;

    /// <summary>The sums over no key.</summary>
    public static AttentionSums None()
    {
        AttentionSums sums = default;
        sums.Maximum = Quadruple.Of(float.NegativeInfinity);
        sums.Sum = Quadruple.Of(0);
        return sums;
    }
}
