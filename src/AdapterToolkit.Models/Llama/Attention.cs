using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Models.Llama;

/// <summary>Causal self-attention; several query heads share one key and value head.</summary>
/// <typeparam name="TProjection">The class of the projections.</typeparam>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class Attention<TProjection>(LlamaConfig config)
    where TProjection : Linear, ILinear<TProjection>
{
    /// <summary>Hidden states to queries.</summary>
    [Checkpoint("q_proj")]
    public TProjection Query { get; } = TProjection.Create(config.HiddenSize, config.Heads * config.HeadDim, config.AttentionBias);

    /// <summary>Hidden states to keys.</summary>
    [Checkpoint("k_proj")]
    public TProjection Key { get; } = TProjection.Create(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    /// <summary>Hidden states to values.</summary>
    [Checkpoint("v_proj")]
    public TProjection Value { get; } = TProjection.Create(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    /// <summary>What the heads gathered, to hidden states.</summary>
    [Checkpoint("o_proj")]
    public TProjection Output { get; } = TProjection.Create(config.Heads * config.HeadDim, config.HiddenSize, config.AttentionBias);

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
