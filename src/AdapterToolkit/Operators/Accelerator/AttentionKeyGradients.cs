using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>What a thread sums over the queries for four keys and four features.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionKeyGradients
{
    /// <summary>dSᵀ Q.</summary>
    public ProductTile Key;

    /// <summary>Pᵀ dO.</summary>
    public ProductTile Value;
}
