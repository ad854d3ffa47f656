using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>What a linear layer saves: x for dA and u = x Aᵀ for dB where it has an adapter, otherwise nothing.</summary>
/// <param name="pass">The pass of the run.</param>
/// <param name="terms">The terms that the run had.</param>
/// <param name="x">The input, held by the record.</param>
/// <param name="u">u = x Aᵀ, held by the record.</param>
/// <param name="inputActive">Whether something upstream of the input trains.</param>
internal sealed class LinearRecord(Pass pass, LowRankTerms terms, Tensor? x, Tensor? u, bool inputActive) : ForwardRecord
{
    internal Pass Pass { get; } = pass;

    internal LowRankTerms Terms { get; } = terms;

    internal Tensor? X { get; } = x;

    internal Tensor? U { get; } = u;

    internal bool InputActive { get; } = inputActive;

    public override IEnumerable<SavedTensor> SavedTensors => X is null || U is null ? [] : [new("x", X), new("u", U)];

    public override void Release()
    {
        X?.Release();
        U?.Release();
    }
}
