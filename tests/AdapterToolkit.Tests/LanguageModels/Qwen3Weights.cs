using AdapterToolkit.CompilerServices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>The weights of a small Qwen 3, without what it computes: for files of a family that the toolkit has no model of.</summary>
internal sealed class Qwen3Weights : LanguageModel
{
    private const int Hidden = 64, Intermediate = 112, Heads = 4, KeyValueHeads = 2, HeadDim = 24, Vocabulary = 256, Layers = 2;

    private readonly ModuleChild[] _children;

    public Qwen3Weights()
        : base(new RotarySettings(HeadDim, 128, 10_000))
    {
        TokenEmbedding embedding = new(Vocabulary, Hidden);
        Head = new LanguageModelHead(embedding);
        _children =
            [new("model.embed_tokens", embedding), .. Enumerable.Range(0, Layers).SelectMany(Layer), new("model.norm", Norm(Hidden)), new("lm_head", Head)];
    }

    public override LanguageModelHead Head { get; }

    public override IEnumerable<ModuleChild> Children => _children;

    public override Tensor Forward(TokenIds tokens, SequenceContext context) => throw new NotSupportedException();

    public override Tensor Evaluate(TokenIds tokens, SequenceContext context, Pass pass) => throw new NotSupportedException();

    public override Tensor ForwardSaving(TokenIds tokens, SequenceContext context, Pass pass, out ForwardRecord? record) => throw new NotSupportedException();

    public override void Backward(Tensor gradient, ForwardRecord record) => throw new NotSupportedException();

    private static ModuleChild[] Layer(int layer)
    {
        string name = $"model.layers.{layer}";
        return
        [
            new($"{name}.input_layernorm", Norm(Hidden)),
            new($"{name}.self_attn.q_proj", new Projection(Hidden, Heads * HeadDim)),
            new($"{name}.self_attn.k_proj", new Projection(Hidden, KeyValueHeads * HeadDim)),
            new($"{name}.self_attn.v_proj", new Projection(Hidden, KeyValueHeads * HeadDim)),
            new($"{name}.self_attn.o_proj", new Projection(Heads * HeadDim, Hidden)),
            new($"{name}.self_attn.q_norm", Norm(HeadDim)),
            new($"{name}.self_attn.k_norm", Norm(HeadDim)),
            new($"{name}.post_attention_layernorm", Norm(Hidden)),
            new($"{name}.mlp.gate_proj", new Projection(Hidden, Intermediate)),
            new($"{name}.mlp.up_proj", new Projection(Hidden, Intermediate)),
            new($"{name}.mlp.down_proj", new Projection(Intermediate, Hidden)),
        ];
    }

    private static RmsNorm Norm(int features) => new(features, 1e-6f);
}
