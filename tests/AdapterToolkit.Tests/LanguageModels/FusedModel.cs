using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Differentiation.Models;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A language model whose forward or backward pass fails in the middle when its fuse blows.</summary>
[AdapterModel]
public sealed partial class FusedModel() : LanguageModel(new RotarySettings(HeadDim: 4, MaximumPositions: 16, Base: 10_000))
{
    private const int Vocabulary = 11;
    private const int Features = 6;

    public TokenEmbedding Embedding { get; } = new(Vocabulary, Features);

    public IReadOnlyList<Adapted> Layers { get; } = [new(), new(), new()];

    [Checkpoint("head")]
    public override LanguageModelHead Head { get; } = new(Features, Vocabulary);

    public Fuse Fuse { get; } = new();

    public override Tensor Forward(TokenIds tokens, SequenceContext context)
    {
        Tensor x = Embedding.Forward(tokens);
        foreach (Adapted layer in Layers)
        {
            Tensor y = Op.Silu(layer.Forward(x));
            x = Fuse.Pass(y * x) + x;
        }

        return x;
    }

    /// <summary>A model with random weights and an adapter.</summary>
    public static FusedModel Create(ComputeDevice device)
    {
        using TemporaryFolder folder = new();
        Random random = new(5);
        SafetensorsWriter.Write(folder["model.safetensors"],
        [
            Weight("embedding.weight", Vocabulary, Features),
            Weight("layers.0.weight", Features, Features),
            Weight("layers.1.weight", Features, Features),
            Weight("layers.2.weight", Features, Features),
            Weight("head.weight", Vocabulary, Features),
        ]);
        FusedModel model = new();
        model.LoadCheckpoint(folder.Path, device);
        model.Adapter.Initialize(seed: 1);
        return model;

        SafetensorsTensor Weight(string name, int rows, int columns) =>
            SafetensorsTensor.OfFloats(name, [rows, columns], Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f).ToArray());
    }
}
