using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Models.Llama;

/// <summary>A language model of the Llama family: Llama 2 and 3, SmolLM2, TinyLlama and others of <c>model_type: llama</c>.</summary>
/// <typeparam name="TProjection">The class of the projections of attention and feed-forward networks.</typeparam>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class LlamaModel<TProjection>(LlamaConfig config)
    : LanguageModel(new RotarySettings(config.HeadDim, config.MaxPositions, config.RotaryBase, config.RotaryScaling))
    where TProjection : Linear, ILinear<TProjection>
{
    /// <summary>The model's dimensions.</summary>
    public LlamaConfig Config { get; } = config;

    /// <summary>A vector for each token of the vocabulary.</summary>
    [Checkpoint("model.embed_tokens")]
    public TokenEmbedding Embedding { get; } = new(config.VocabularySize, config.HiddenSize);

    /// <summary>The blocks, first to last.</summary>
    [Checkpoint("model.layers")]
    public IReadOnlyList<DecoderBlock<TProjection>> Blocks { get; } =
        [.. Enumerable.Range(0, config.Layers).Select(_ => new DecoderBlock<TProjection>(config))];

    /// <summary>Scales the rows before the head.</summary>
    [Checkpoint("model.norm")]
    public RmsNorm Norm { get; } = new(config.HiddenSize, config.RmsNormEps);

    /// <inheritdoc/>
    [Checkpoint("lm_head")]
    public override LanguageModelHead Head => field ??= Config.TieWordEmbeddings
        ? new LanguageModelHead(Embedding)
        : new LanguageModelHead(Config.HiddenSize, Config.VocabularySize);

    /// <inheritdoc/>
    public override Tensor Forward(TokenIds tokens, SequenceContext context)
    {
        Tensor x = Embedding.Forward(tokens);
        foreach (DecoderBlock<TProjection> block in Blocks)
            x = block.Forward(x, context);
        return Norm.Forward(x);
    }
}
