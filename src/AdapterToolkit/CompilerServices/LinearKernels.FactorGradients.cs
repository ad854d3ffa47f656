using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>The gradients of the factors of a list of terms: those of one term on one run of rows after the other.</content>
public abstract partial class LinearKernels
{
    /// <summary>dA += vᵀ x and dB += s·dyᵀ u, into the accumulated gradients of each term's factors, over the rows that it stands on.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ, as <see cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankTerms, Tensor, Tensor)"/> lays it out.</param>
    /// <param name="v">v = s·dy B, laid out as u is.</param>
    /// <param name="terms">The low-rank terms.</param>
    public void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankTerms terms)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(v);
        ArgumentNullException.ThrowIfNull(dy);
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.OnAllRows is { } only)
        {
            FactorGradients(x, dy, u, v, only);
            return;
        }

        foreach (LowRankPlacement placement in terms.Placements)
        {
            int first = placement.First, count = Math.Min(placement.End, x.Rows) - first;
            if (count <= 0)
                continue;
            int firstOfSlot = (placement.Slot * x.Rows) + first;
            using Tensor xs = x.SliceRows(first, count), dys = dy.SliceRows(first, count);
            using Tensor us = u.SliceRows(firstOfSlot, count), vs = v.SliceRows(firstOfSlot, count);
            FactorGradients(xs, dys, us, vs, placement.Factors);
        }
    }

    /// <summary>dA += vᵀ x and dB += s·dyᵀ u, into the accumulated gradients of one term's factors.</summary>
    /// <param name="device">The device.</param>
    /// <param name="x">The input on the term's rows: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ: rows x rank.</param>
    /// <param name="v">v = s·dy B: rows x rank.</param>
    /// <param name="factors">The term's factors.</param>
    protected abstract void FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors);

    /// <inheritdoc cref="FactorGradients(CpuDevice, Tensor, Tensor, Tensor, Tensor, LowRankFactors)"/>
    protected abstract void FactorGradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors);

    private void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors) =>
        dy.Device.Run(new FactorGradientsWork(this, x, dy, u, v, factors));
}
