using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Models.Llama;

/// <summary>One block: attention and a feed-forward network, each added to what it reads.</summary>
/// <typeparam name="TProjection">The class of the projections of attention and feed-forward networks.</typeparam>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class DecoderBlock<TProjection>(LlamaConfig config)
    where TProjection : Linear, ILinear<TProjection>
{
    /// <summary>Scales the rows before attention.</summary>
    [Checkpoint("input_layernorm")]
    public RmsNorm InputNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    /// <summary>Attention.</summary>
    [Checkpoint("self_attn")]
    public Attention<TProjection> Attention { get; } = new(config);

    /// <summary>Scales the rows before the feed-forward network.</summary>
    [Checkpoint("post_attention_layernorm")]
    public RmsNorm PostAttentionNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    /// <summary>The feed-forward network.</summary>
    [Checkpoint("mlp")]
    public FeedForward<TProjection> FeedForward { get; } = new(config);

    /// <summary>Runs the block.</summary>
    /// <param name="x">Hidden states: rows x hidden size.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>Hidden states: rows x hidden size.</returns>
    public Tensor Forward(Tensor x, SequenceContext context)
    {
        x += Attention.Forward(InputNorm.Forward(x), context);
        return x + FeedForward.Forward(PostAttentionNorm.Forward(x));
    }
}
