using System.ComponentModel;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.CompilerServices;

/// <summary>Adds up the gradients that reach one value on several ways.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GradientAccumulation
{
    /// <summary>Adds a contribution to a gradient and takes over the contribution.</summary>
    /// <param name="gradient">The sum so far; null before the first contribution.</param>
    /// <param name="contribution">What to add; null adds nothing. The caller's hold on it passes to this method.</param>
    public static void Accumulate(ref Tensor? gradient, Tensor? contribution)
    {
        if (contribution is null)
            return;
        if (gradient is null)
        {
            gradient = contribution;
            return;
        }

        if (gradient.IsHeldOnce)
        {
            Op.AddInPlace(gradient, contribution);
            contribution.Release();
            return;
        }

        Tensor sum = Op.Add(gradient, contribution);
        gradient.Release();
        contribution.Release();
        gradient = sum;
    }

    /// <summary>Releases a gradient, if there is one, and forgets it.</summary>
    /// <param name="gradient">The gradient.</param>
    public static void Release(ref Tensor? gradient)
    {
        gradient?.Release();
        gradient = null;
    }
}
