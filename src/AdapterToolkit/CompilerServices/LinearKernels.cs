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

    /// <summary>y = x Wᵀ + Σ s·u Bᵀ + bias with u = x Aᵀ, summed on each row over the terms that stand on it.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="weight">W.</param>
    /// <param name="bias">The bias, of length out; null for none.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="u">
    /// Receives u: for each slot of the terms rows x rank, one slot after the other; undefined where no term has the slot. Null exactly where there are no
    /// terms.
    /// </param>
    /// <param name="y">Receives the output: rows x out.</param>
    /// <exception cref="ArgumentException">A term stands on rows that the input does not have.</exception>
    public void Forward(Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(terms);
        terms.ThrowIfBeyond(x.Rows);
        x.Device.Run(new ForwardWork(this, x, weight, bias, terms, u, y));
    }

    /// <summary>dx = dy W + Σ v A with v = s·dy B, summed on each row over the terms that stand on it.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="weight">W.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="v">Receives v, laid out as u is. Null exactly where there are no terms.</param>
    /// <param name="dx">Receives the gradient of the input: rows x in.</param>
    /// <exception cref="ArgumentException">A term stands on rows that the gradient does not have.</exception>
    public void InputGradient(Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)
    {
        ArgumentNullException.ThrowIfNull(dy);
        ArgumentNullException.ThrowIfNull(terms);
        terms.ThrowIfBeyond(dy.Rows);
        dy.Device.Run(new InputGradientWork(this, dy, weight, terms, v, dx));
    }

    /// <summary>v = s·dy B for each term, for a layer whose input needs no gradient.</summary>
    /// <param name="dy">The gradient of the output: rows x out.</param>
    /// <param name="terms">The low-rank terms.</param>
    /// <param name="v">Receives v, laid out as u is.</param>
    /// <exception cref="ArgumentException">A term stands on rows that the gradient does not have.</exception>
    public void ReduceGradient(Tensor dy, LowRankTerms terms, Tensor v)
    {
        ArgumentNullException.ThrowIfNull(dy);
        ArgumentNullException.ThrowIfNull(terms);
        terms.ThrowIfBeyond(dy.Rows);
        dy.Device.Run(new ReduceGradientWork(this, dy, terms, v));
    }

    /// <summary>W += sign·s·BA, in place.</summary>
    /// <param name="weight">W, in float32.</param>
    /// <param name="factors">The adapter's factors.</param>
    /// <param name="sign">1 to merge, -1 to take a merge back.</param>
    public void Merge(FrozenWeight weight, LowRankFactors factors, float sign) =>
        weight.Device.Run(new MergeWork(this, weight, factors, sign));

    /// <inheritdoc cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankTerms, Tensor, Tensor)"/>
    protected abstract void Forward(CpuDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y);

    /// <inheritdoc cref="Forward(Tensor, FrozenWeight, FrozenWeight, LowRankTerms, Tensor, Tensor)"/>
    protected abstract void Forward(AcceleratorDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y);

    /// <inheritdoc cref="InputGradient(Tensor, FrozenWeight, LowRankTerms, Tensor, Tensor)"/>
    protected abstract void InputGradient(CpuDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx);

    /// <inheritdoc cref="InputGradient(Tensor, FrozenWeight, LowRankTerms, Tensor, Tensor)"/>
    protected abstract void InputGradient(AcceleratorDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx);

    /// <inheritdoc cref="ReduceGradient(Tensor, LowRankTerms, Tensor)"/>
    protected abstract void ReduceGradient(CpuDevice device, Tensor dy, LowRankTerms terms, Tensor v);

    /// <inheritdoc cref="ReduceGradient(Tensor, LowRankTerms, Tensor)"/>
    protected abstract void ReduceGradient(AcceleratorDevice device, Tensor dy, LowRankTerms terms, Tensor v);

    /// <inheritdoc cref="Merge(FrozenWeight, LowRankFactors, float)"/>
    protected abstract void Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign);

    /// <inheritdoc cref="Merge(FrozenWeight, LowRankFactors, float)"/>
    protected abstract void Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign);
}
