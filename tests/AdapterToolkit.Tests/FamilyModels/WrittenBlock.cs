using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.FamilyModels;

/// <summary>A block of <see cref="WrittenLlama"/>.</summary>
[AdapterModel]
public sealed partial class WrittenBlock(LlamaConfig config)
{
    [Checkpoint("input_layernorm")]
    public RmsNorm InputNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("self_attn.q_proj")]
    public Projection Query { get; } = new(config.HiddenSize, config.Heads * config.HeadDim, config.AttentionBias);

    [Checkpoint("self_attn.k_proj")]
    public Projection Key { get; } = new(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    [Checkpoint("self_attn.v_proj")]
    public Projection Value { get; } = new(config.HiddenSize, config.KeyValueHeads * config.HeadDim, config.AttentionBias);

    [Checkpoint("self_attn.o_proj")]
    public Projection Output { get; } = new(config.Heads * config.HeadDim, config.HiddenSize, config.AttentionBias);

    [Checkpoint("post_attention_layernorm")]
    public RmsNorm PostAttentionNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("mlp.gate_proj")]
    public Projection Gate { get; } = new(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    [Checkpoint("mlp.up_proj")]
    public Projection Up { get; } = new(config.HiddenSize, config.IntermediateSize, config.MlpBias);

    [Checkpoint("mlp.down_proj")]
    public Projection Down { get; } = new(config.IntermediateSize, config.HiddenSize, config.MlpBias);

    public Tensor Forward(Tensor x, SequenceContext context)
    {
        Tensor normalized = InputNorm.Forward(x);
        Tensor query = Op.Rotary(Query.Forward(normalized), context);
        Tensor key = Op.Rotary(Key.Forward(normalized), context);
        x += Output.Forward(Op.CausalAttention(query, key, Value.Forward(normalized), context));
        Tensor read = PostAttentionNorm.Forward(x);
        return x + Down.Forward(Op.SwiGlu(Gate.Forward(read), Up.Forward(read)));
    }
}
