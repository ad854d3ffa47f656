using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>The gradients of the factors of a list of terms.</content>
public abstract partial class LinearKernels
{
    /// <summary>dA += vᵀ x and dB += s·dyᵀ u, into the accumulated gradients of the factors of each row's term.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ: rows x rank.</param>
    /// <param name="v">v = s·dy B: rows x rank.</param>
    /// <param name="terms">The low-rank terms.</param>
    internal void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankTerms terms)
    {
        if (terms.OnAllRows is { } only)
        {
            FactorGradients(x, dy, u, v, only);
            return;
        }

        foreach ((RowRange rows, LowRankFactors? factors) in terms.Runs(x.Rows))
        {
            if (factors is null)
                continue;
            using Tensor xs = SliceOf(x, rows), dys = SliceOf(dy, rows), us = SliceOf(u, rows), vs = SliceOf(v, rows);
            FactorGradients(xs, dys, us, vs, factors);
        }
    }
}
