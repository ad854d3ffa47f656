using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Support;

/// <summary>A Llama whose norms train with the adapter.</summary>
[AdapterModel]
public sealed partial class TrainedNormLlama(LlamaConfig config)
    : LanguageModel(new RotarySettings(config.HeadDim, config.MaxPositions, config.RotaryBase, config.RotaryScaling))
{
    public LlamaConfig Config { get; } = config;

    [Checkpoint("model.embed_tokens")]
    public TokenEmbedding Embedding { get; } = new(config.VocabularySize, config.HiddenSize);

    [Checkpoint("model.layers")]
    public IReadOnlyList<TrainedNormBlock> Blocks { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new TrainedNormBlock(config))];

    [Checkpoint("model.norm"), Trainable]
    public RmsNorm Norm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("lm_head")]
    public override LanguageModelHead Head => field ??= Config.TieWordEmbeddings
        ? new LanguageModelHead(Embedding)
        : new LanguageModelHead(Config.HiddenSize, Config.VocabularySize);

    /// <summary>Loads a checkpoint, without quantizing it.</summary>
    public static TrainedNormLlama Load(string folder, ComputeDevice device)
    {
        TrainedNormLlama model = new(LlamaConfig.FromFile(Path.Combine(folder, LlamaConfig.FileName)));
        model.LoadCheckpoint(folder, device, WeightStorage.Dense);
        return model;
    }

    public override Tensor Forward(TokenIds tokens, SequenceContext context)
    {
        Tensor x = Embedding.Forward(tokens);
        foreach (TrainedNormBlock block in Blocks)
            x = block.Forward(x, context);
        return Norm.Forward(x);
    }
}

/// <summary>A block whose norms train.</summary>
[AdapterModel]
public sealed partial class TrainedNormBlock(LlamaConfig config)
{
    [Checkpoint("input_layernorm"), Trainable]
    public RmsNorm InputNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("self_attn")]
    public Attention<Projection> Attention { get; } = new(config);

    [Checkpoint("post_attention_layernorm"), Trainable]
    public RmsNorm PostAttentionNorm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("mlp")]
    public FeedForward<Projection> FeedForward { get; } = new(config);

    public Tensor Forward(Tensor x, SequenceContext context)
    {
        x += Attention.Forward(InputNorm.Forward(x), context);
        return x + FeedForward.Forward(PostAttentionNorm.Forward(x));
    }
}
