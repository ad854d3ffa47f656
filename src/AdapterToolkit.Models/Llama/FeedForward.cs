using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Models.Llama;

/// <summary>The gated feed-forward network of a block.</summary>
/// <typeparam name="TProjection">The class of the projections.</typeparam>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class FeedForward<TProjection>(LlamaConfig config)
    where TProjection : Linear, ILinear<TProjection>
{
    /// <summary>Hidden states to the gate.</summary>
    [Checkpoint("gate_proj")]
    public TProjection Gate { get; } = TProjection.Create(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    /// <summary>Hidden states to what the gate lets through.</summary>
    [Checkpoint("up_proj")]
    public TProjection Up { get; } = TProjection.Create(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    /// <summary>Back to hidden states.</summary>
    [Checkpoint("down_proj")]
    public TProjection Down { get; } = TProjection.Create(config.IntermediateSize, config.HiddenSize, config.MlpBias);

    /// <summary>Down(silu(Gate x) · Up x), for each row.</summary>
    /// <param name="x">Hidden states: rows x hidden size.</param>
    /// <returns>rows x hidden size.</returns>
    public Tensor Forward(Tensor x) => Down.Forward(Op.SwiGlu(Gate.Forward(x), Up.Forward(x)));
}
