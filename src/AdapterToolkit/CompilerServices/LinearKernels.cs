using System.ComponentModel;
using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// The products of a linear layer with frozen weight W (out x in), held in one format, and, where an adapter has factors for
/// the layer, its term s·B(Ax). The source generator writes one class of these for each configuration, for the CPU and for
/// ILGPU. The class for a quantized format derives from the one for float32 and differs from it in what reads or writes W.
/// Tensors have the layer's features last; rows is their product of all other dimensions.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class LinearKernels
{
    /// <summary>The rank the kernels are written for; zero for a layer that never has an adapter.</summary>
    public abstract int Rank { get; }

    /// <summary>The format of W that the kernels read.</summary>
    public virtual WeightFormat Format => WeightFormat.FullPrecision;

    /// <summary>y = x Wᵀ + s·u Bᵀ + bias with u = x Aᵀ, on each row with the factors of its term.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="weight">W.</param>
    /// <param name="bias">The bias, of length out; null for none.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="u">Receives u: rows x rank; undefined on rows without a term. Null exactly where there are no terms.</param>
    /// <param name="y">Receives the output: rows x out.</param>
    internal void Forward(Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y)
    {
        if (!terms.DifferByRow)
        {
            Forward(x, weight, bias, terms.OnAllRows, u, y);
            return;
        }

        foreach ((RowRange rows, LowRankFactors? factors) in terms.Runs(x.Rows))
        {
            using Tensor xs = SliceOf(x, rows), ys = SliceOf(y, rows), us = SliceOf(u!, rows);
            Forward(xs, weight, bias, factors, factors is null ? null : us, ys);
        }
    }

    /// <summary>dx = dy W + v A with v = s·dy B, on each row with the factors of its term.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="weight">W.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="v">Receives v: rows x rank; undefined on rows without a term. Null exactly where there are no terms.</param>
    /// <param name="dx">Receives the gradient of the input: rows x in.</param>
    internal void InputGradient(Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)
    {
        if (!terms.DifferByRow)
        {
            InputGradient(dy, weight, terms.OnAllRows, v, dx);
            return;
        }

        foreach ((RowRange rows, LowRankFactors? factors) in terms.Runs(dy.Rows))
        {
            using Tensor dys = SliceOf(dy, rows), dxs = SliceOf(dx, rows), vs = SliceOf(v!, rows);
            InputGradient(dys, weight, factors, factors is null ? null : vs, dxs);
        }
    }

    /// <summary>v = s·dy B, on each row with the factors of its term, for a layer whose input needs no gradient.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="v">Receives v: rows x rank; undefined on rows without a term.</param>
    internal void ReduceGradient(Tensor dy, LowRankTerms terms, Tensor v)
    {
        if (terms.OnAllRows is { } only)
        {
            ReduceGradient(dy, only, v);
            return;
        }

        foreach ((RowRange rows, LowRankFactors? factors) in terms.Runs(dy.Rows))
        {
            if (factors is null)
                continue;
            using Tensor dys = SliceOf(dy, rows), vs = SliceOf(v, rows);
            ReduceGradient(dys, factors, vs);
        }
    }

    /// <summary>y = x Wᵀ + s·u Bᵀ + bias with u = x Aᵀ.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="weight">W.</param>
    /// <param name="bias">The bias, of length out; null for none.</param>
    /// <param name="factors">The adapter's factors; null to run without adapter.</param>
    /// <param name="u">Receives u: rows x rank. Null exactly when <paramref name="factors"/> is.</param>
    /// <param name="y">Receives the output: rows x out.</param>
    public void Forward(Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankFactors? factors, Tensor? u, Tensor y) =>
        x.Device.Run(new ForwardWork(this, x, weight, bias, factors, u, y));

    /// <summary>dx = dy W + v A with v = s·dy B.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="weight">W.</param>
    /// <param name="factors">The adapter's factors; null where the layer runs without adapter.</param>
    /// <param name="v">Receives v: rows x rank. Null exactly when <paramref name="factors"/> is.</param>
    /// <param name="dx">Receives the gradient of the input: rows x in.</param>
    public void InputGradient(Tensor dy, FrozenWeight weight, LowRankFactors? factors, Tensor? v, Tensor dx) =>
        dy.Device.Run(new InputGradientWork(this, dy, weight, factors, v, dx));

    /// <summary>v = s·dy B, for a layer whose input needs no gradient.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="factors">The adapter's factors.</param>
    /// <param name="v">Receives v: rows x rank.</param>
    public void ReduceGradient(Tensor dy, LowRankFactors factors, Tensor v) =>
        dy.Device.Run(new ReduceGradientWork(this, dy, factors, v));

    /// <summary>dA += vᵀ x and dB += s·dyᵀ u, into the factors' accumulated gradients.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="u">u = x Aᵀ: rows x rank.</param>
    /// <param name="v">v = s·dy B: rows x rank.</param>
    /// <param name="factors">The adapter's factors.</param>
    public void FactorGradients(Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors) =>
        dy.Device.Run(new FactorGradientsWork(this, x, dy, u, v, factors));

    /// <summary>W += sign·s·BA, in place.</summary>
    /// <param name="weight">W, in float32.</param>
    /// <param name="factors">The adapter's factors.</param>
    /// <param name="sign">1 to merge, -1 to take a merge back.</param>
    public void Merge(FrozenWeight weight, LowRankFactors factors, float sign) =>
        weight.Device.Run(new MergeWork(this, weight, factors, sign));

    /// <inheritdoc cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankFactors, Tensor, Tensor)"/>
    protected abstract void Forward(CpuDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankFactors? factors, Tensor? u, Tensor y);

    /// <inheritdoc cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankFactors, Tensor, Tensor)"/>
    protected abstract void Forward(AcceleratorDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankFactors? factors, Tensor? u, Tensor y);

    /// <inheritdoc cref="InputGradient(Tensor, FrozenWeight, LowRankFactors, Tensor, Tensor)"/>
    protected abstract void InputGradient(CpuDevice device, Tensor dy, FrozenWeight weight, LowRankFactors? factors, Tensor? v, Tensor dx);

    /// <inheritdoc cref="InputGradient(Tensor, FrozenWeight, LowRankFactors, Tensor, Tensor)"/>
    protected abstract void InputGradient(AcceleratorDevice device, Tensor dy, FrozenWeight weight, LowRankFactors? factors, Tensor? v, Tensor dx);

    /// <inheritdoc cref="ReduceGradient(Tensor, LowRankFactors, Tensor)"/>
    protected abstract void ReduceGradient(CpuDevice device, Tensor dy, LowRankFactors factors, Tensor v);

    /// <inheritdoc cref="ReduceGradient(Tensor, LowRankFactors, Tensor)"/>
    protected abstract void ReduceGradient(AcceleratorDevice device, Tensor dy, LowRankFactors factors, Tensor v);

    /// <inheritdoc cref="FactorGradients(Tensor, Tensor, Tensor, Tensor, LowRankFactors)"/>
    protected abstract void FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors);

    /// <inheritdoc cref="FactorGradients(Tensor, Tensor, Tensor, Tensor, LowRankFactors)"/>
    protected abstract void FactorGradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors);

    /// <inheritdoc cref="Merge(FrozenWeight, LowRankFactors, float)"/>
    protected abstract void Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign);

    /// <inheritdoc cref="Merge(FrozenWeight, LowRankFactors, float)"/>
    protected abstract void Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign);

    private static Tensor SliceOf(Tensor tensor, RowRange rows) => tensor.SliceRows(rows.First, rows.Count);
}
