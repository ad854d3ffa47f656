using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>What the backward pass computes again for four queries by four keys.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionWeights
{
    /// <summary>P: the weights.</summary>
    public ProductTile Weights;

    /// <summary>dS: the gradient of the products that they were made of.</summary>
    public ProductTile Slopes;
}
