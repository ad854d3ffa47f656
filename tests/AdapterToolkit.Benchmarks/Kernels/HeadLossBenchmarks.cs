using AdapterToolkit.Formats;
using AdapterToolkit.Models.Llama;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using BenchmarkDotNet.Attributes;

namespace AdapterToolkit.Benchmarks.Kernels;

/// <summary>The head's loss of the next token, with and without its gradient, in pieces over the vocabulary, on the CPU device.</summary>
public class HeadLossBenchmarks : CpuBenchmark
{
    private LanguageModelHead _head = null!;
    private Tensor _hidden = null!;
    private TokenIds _tokens = null!;

    /// <summary>The shape of the model.</summary>
    [Params("smollm2", "sample")]
    public string Model { get; set; } = "";

    private ModelShape Shape => ModelShape.Named(Model);

    /// <summary>Makes a head with a random weight.</summary>
    [GlobalSetup]
    public void Setup()
    {
        LlamaConfig config = Shape.Config;
        _head = new LanguageModelHead(config.HiddenSize, config.VocabularySize);
        _head.FrozenWeights.Single().Load(Device, RandomValues.Gaussian(config.VocabularySize * config.HiddenSize));
        _hidden = RandomValues.Matrix(Device, Shape.Batch * Shape.Sequence, config.HiddenSize);
        _tokens = new TokenIds(Shape.Batch, Shape.Sequence, Shape.RandomTokens());
    }

    /// <summary>The loss alone.</summary>
    [Benchmark(Baseline = true)]
    public LossSum Loss() => _head.Loss(_hidden, _tokens.Ids, _tokens.Sequences);

    /// <summary>The loss and the gradient of the hidden states.</summary>
    [Benchmark]
    public LossSum LossAndGradient()
    {
        LossSum loss = _head.LossSaving(_hidden, _tokens.Ids, _tokens.Sequences, gradientFactor: 0, out Tensor? gradient);
        gradient?.Release();
        return loss;
    }
}
