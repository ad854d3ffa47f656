using System.Runtime.InteropServices;

namespace AdapterToolkit.Optimizers;

/// <summary>What one step of AdamW multiplies by, the same for all numbers of a parameter; computed in double precision.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWCoefficients
{
    /// <summary>What the gradient is multiplied by first.</summary>
    public float GradientFactor;

    /// <summary>1 - η λ: what the weight decay leaves.</summary>
    public float Decay;

    /// <summary>1 - β₁.</summary>
    public float FirstShare;

    /// <summary>β₂.</summary>
    public float Beta2;

    /// <summary>1 - β₂.</summary>
    public float SecondShare;

    /// <summary>√(1 - β₂ᵗ).</summary>
    public float SecondBias;

    /// <summary>ε.</summary>
    public float Epsilon;

    /// <summary>η / (1 - β₁ᵗ).</summary>
    public float StepSize;
}
