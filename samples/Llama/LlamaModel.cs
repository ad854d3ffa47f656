using AdapterToolkit;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace Llama;

/// <summary>A language model of the Llama family: Llama 2 and 3, SmolLM2, TinyLlama and others of <c>model_type: llama</c>.</summary>
/// <param name="config">The model's dimensions.</param>
[AdapterModel]
public sealed partial class LlamaModel(LlamaConfig config)
    : LanguageModel(new RotarySettings(config.HeadDim, config.MaxPositions, config.RotaryBase, config.RotaryScaling))
{
    /// <summary>The model's dimensions.</summary>
    public LlamaConfig Config { get; } = config;

    /// <summary>A vector for each token of the vocabulary.</summary>
    [Checkpoint("model.embed_tokens")]
    public Embedding Embedding { get; } = new(config.VocabularySize, config.HiddenSize);

    /// <summary>The blocks, first to last.</summary>
    [Checkpoint("model.layers")]
    public IReadOnlyList<DecoderBlock> Blocks { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new DecoderBlock(config))];

    /// <summary>Scales the rows before the head.</summary>
    [Checkpoint("model.norm")]
    public RmsNorm Norm { get; } = new(config.HiddenSize, config.RmsNormEps);

    /// <inheritdoc/>
    [Checkpoint("lm_head")]
    public override LanguageModelHead Head => field ??= Config.TieWordEmbeddings
        ? new LanguageModelHead(Embedding)
        : new LanguageModelHead(Config.HiddenSize, Config.VocabularySize);

    /// <summary>Loads a checkpoint in the Hugging Face layout.</summary>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c> or its parts.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="storage">Whether the projections are quantized as they are marked, or keep the file's numbers.</param>
    /// <exception cref="CheckpointException">A file is missing, malformed, or of another kind of model, or files contradict each other.</exception>
    public static LlamaModel Load(string folder, Device device, WeightStorage storage = WeightStorage.AsMarked) =>
        Load(folder, device, new LoadOptions { Storage = storage });

    /// <summary>Loads a checkpoint in the Hugging Face layout.</summary>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c> or its parts.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="options">How the weights are held, which tensors are left out, renamed or transposed, and who is told how it goes.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    /// <exception cref="CheckpointException">A file is missing, malformed, or of another kind of model, or files contradict each other.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static LlamaModel Load(string folder, Device device, LoadOptions options, CancellationToken cancellationToken = default)
    {
        LlamaModel model = new(LlamaConfig.FromFolder(folder));
        model.LoadCheckpoint(folder, device, options, cancellationToken);
        return model;
    }

    /// <inheritdoc/>
    public override Tensor Forward(TokenIds tokens, SequenceContext context)
    {
        Tensor x = Embedding.Forward(tokens);
        foreach (DecoderBlock block in Blocks)
            x = block.Forward(x, context);
        return Norm.Forward(x);
    }
}
