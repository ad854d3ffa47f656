using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.FamilyModels;

/// <summary>The Llama of the tests without type parameters, and with all of a block in one class.</summary>
[AdapterModel]
public sealed partial class WrittenLlama(LlamaConfig config)
    : LanguageModel(new RotarySettings(config.HeadDim, config.MaxPositions, config.RotaryBase, config.RotaryScaling))
{
    [Checkpoint("model.embed_tokens")]
    public TokenEmbedding Embedding { get; } = new(config.VocabularySize, config.HiddenSize);

    [Checkpoint("model.layers")]
    public IReadOnlyList<WrittenBlock> Blocks { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new WrittenBlock(config))];

    [Checkpoint("model.norm")]
    public RmsNorm Norm { get; } = new(config.HiddenSize, config.RmsNormEps);

    [Checkpoint("lm_head")]
    public override LanguageModelHead Head => field ??= config.TieWordEmbeddings
        ? new LanguageModelHead(Embedding)
        : new LanguageModelHead(config.HiddenSize, config.VocabularySize);

    public override Tensor Forward(TokenIds tokens, SequenceContext context)
    {
        Tensor x = Embedding.Forward(tokens);
        foreach (WrittenBlock block in Blocks)
            x = block.Forward(x, context);
        return Norm.Forward(x);
    }
}
