using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>The gradients of the factors of a list of terms.</content>
public abstract partial class LinearKernels
{
    /// <summary>
    /// dA += vᵀ x and dB += s·dyᵀ u, into the accumulated gradients of the factors of each row's term: by sequence, where the pass tells them apart.
    /// </summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ: rows x rank.</param>
    /// <param name="v">v = s·dy B: rows x rank.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="pass">The pass.</param>
    internal void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankTerms terms, Pass pass)
    {
        List<(RowRange Rows, LowRankFactors? Factors)> runs = [.. terms.Runs(x.Rows)];
        foreach (LowRankFactors factors in terms.Factors)
        {
            RowRange[] own = [.. runs.Where(run => ReferenceEquals(run.Factors, factors)).Select(run => run.Rows)];
            pass.AddGradients([factors.B, factors.A], x.Rows, own, rows => FactorGradients(x, dy, u, v, factors, rows));
        }
    }

    private void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors, RowRange rows)
    {
        if (rows.Count == x.Rows)
        {
            FactorGradients(x, dy, u, v, factors);
            return;
        }

        using Tensor xs = SliceOf(x, rows), dys = SliceOf(dy, rows), us = SliceOf(u, rows), vs = SliceOf(v, rows);
        FactorGradients(xs, dys, us, vs, factors);
    }
}
