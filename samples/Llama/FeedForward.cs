using AdapterToolkit;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace Llama;

/// <summary>The gated feed-forward network of a block.</summary>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class FeedForward(LlamaConfig config)
{
    /// <summary>Hidden states to the gate.</summary>
    [Checkpoint("gate_proj")]
    public Projection Gate { get; } = new(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    /// <summary>Hidden states to what the gate lets through.</summary>
    [Checkpoint("up_proj")]
    public Projection Up { get; } = new(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    /// <summary>Back to hidden states.</summary>
    [Checkpoint("down_proj")]
    public Projection Down { get; } = new(config.IntermediateSize, config.HiddenSize, config.MlpBias);

    /// <summary>Down(silu(Gate x) · Up x), for each row.</summary>
    /// <param name="x">Hidden states: rows x hidden size.</param>
    /// <returns>rows x hidden size.</returns>
    public Tensor Forward(Tensor x) => Down.Forward(Op.SwiGlu(Gate.Forward(x), Up.Forward(x)));
}
