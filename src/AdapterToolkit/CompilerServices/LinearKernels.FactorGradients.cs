using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>The gradients of the factors of a list of terms: those of one term on one run of rows after the other.</content>
public abstract partial class LinearKernels
{
    /// <summary>
    /// dA += vᵀ x and dB += s·dyᵀ u, into the accumulated gradients of each term's factors, over the rows that it stands on: by sequence, where the pass tells
    /// them apart.
    /// </summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ, as <see cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankTerms, Tensor, Tensor)"/> lays it out.</param>
    /// <param name="v">v = s·dy B, laid out as u is.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="pass">The pass.</param>
    public void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankTerms terms, Pass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(pass);
        foreach (LowRankRuns runs in terms.Runs)
        {
            LowRankFactors factors = runs.Factors;
            pass.AddGradients([factors.B, factors.A], x.Rows, runs.Rows, (run, rows) => FactorGradients(x, dy, u, v, factors, runs.Slots[run], rows));
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

    private void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors, int slot, RowRange rows)
    {
        if (rows.Count == x.Rows && u.Rows == x.Rows)
        {
            dy.Device.Run(new FactorGradientsWork(this, x, dy, u, v, factors));
            return;
        }

        int firstOfSlot = (slot * x.Rows) + rows.First;
        using Tensor xs = x.SliceRows(rows.First, rows.Count), dys = dy.SliceRows(rows.First, rows.Count);
        using Tensor us = u.SliceRows(firstOfSlot, rows.Count), vs = v.SliceRows(firstOfSlot, rows.Count);
        dy.Device.Run(new FactorGradientsWork(this, xs, dys, us, vs, factors));
    }
}
