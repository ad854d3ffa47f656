using AdapterToolkit;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace Llama;

/// <summary>Causal self-attention; several query heads share one key and value head.</summary>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class Attention(LlamaConfig config)
{
    /// <summary>Hidden states to queries.</summary>
    [Checkpoint("q_proj")]
    public Projection Query { get; } = new(config.HiddenSize, config.Heads * config.HeadDim, config.AttentionBias);

    /// <summary>Hidden states to keys.</summary>
    [Checkpoint("k_proj")]
    public Projection Key { get; } = new(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    /// <summary>Hidden states to values.</summary>
    [Checkpoint("v_proj")]
    public Projection Value { get; } = new(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    /// <summary>What the heads gathered, to hidden states.</summary>
    [Checkpoint("o_proj")]
    public Projection Output { get; } = new(config.Heads * config.HeadDim, config.HiddenSize, config.AttentionBias);

    /// <summary>Lets every token gather from itself and those before it.</summary>
    /// <param name="x">Hidden states: rows x hidden size.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>What each row gathered: rows x hidden size.</returns>
    public Tensor Forward(Tensor x, SequenceContext context)
    {
        Tensor query = Op.Rotary(Query.Forward(x), context);
        Tensor key = Op.Rotary(Key.Forward(x), context);
        return Output.Forward(Op.CausalAttention(query, key, Value.Forward(x), context));
    }
}
