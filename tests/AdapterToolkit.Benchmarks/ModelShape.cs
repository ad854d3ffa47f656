using AdapterToolkit.Formats;
using AdapterToolkit.Models.Llama;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Benchmarks;

/// <summary>A shape of model that is measured, with the batch that a step trains on: the shapes of the peer program.</summary>
/// <param name="Name">What the command line and the peer call it.</param>
/// <param name="Config">The dimensions.</param>
/// <param name="Batch">Sequences of a step.</param>
/// <param name="Sequence">Tokens of a sequence.</param>
internal sealed record ModelShape(string Name, LlamaConfig Config, int Batch, int Sequence)
{
    private static readonly ModelShape s_smolLm2 = new("smollm2", Llama(49152, 576, 1536, 30, 9, 3, 64), 4, 128)
    {
        SpeedAskedOfLora = 1.0,
        SpeedAskedOfFull = 1.3,
        MemoryAskedOfLora = 0.4,
        QuantizedMemoryAskedOfLora = 0.25,
        QuantizedMemoryAskedOfFull = 1.0 / 3,
        QuantizedSpeedAsked = 0.9,
    };

    private static readonly ModelShape s_sample = new("sample", Llama(2048, 192, 512, 6, 6, 3, 32), 8, 128)
    {
        SpeedAskedOfLora = 1.5,
    };

    /// <summary>TinyLlama's shape, 1.1 billion parameters.</summary>
    public static ModelShape TinyLlama { get; } = new("TinyLlama", Llama(32000, 2048, 5632, 22, 32, 4, 64) with { TieWordEmbeddings = false }, 1, 128);

    /// <summary>The shapes whose steps are compared, in this order.</summary>
    public static IReadOnlyList<ModelShape> All { get; } = [s_smolLm2, s_sample];

    /// <summary>How many times as fast as the peer's LoRA step ours should be; null where nothing is asked.</summary>
    public double? SpeedAskedOfLora { get; init; }

    /// <summary>How many times as fast as the peer's full fine-tuning step ours should be; null where nothing is asked.</summary>
    public double? SpeedAskedOfFull { get; init; }

    /// <summary>The largest part of the memory of the peer's LoRA step that ours should take; null where nothing is asked.</summary>
    public double? MemoryAskedOfLora { get; init; }

    /// <summary>The same of our step on a quantized base.</summary>
    public double? QuantizedMemoryAskedOfLora { get; init; }

    /// <summary>
    /// The largest part of the memory of the peer's full fine-tuning step that our step on a quantized base should take; null where nothing is asked.
    /// </summary>
    public double? QuantizedMemoryAskedOfFull { get; init; }

    /// <summary>How fast our step on a quantized base should be beside our own on the dense one; null where nothing is asked.</summary>
    public double? QuantizedSpeedAsked { get; init; }

    /// <summary>The shape of a name.</summary>
    public static ModelShape Named(string name) =>
        All.FirstOrDefault(shape => shape.Name == name)
            ?? throw new ArgumentException($"There is no shape '{name}'. Known: {string.Join(", ", All.Select(shape => shape.Name))}.", nameof(name));

    /// <summary>Writes a checkpoint of random weights, standard deviation 0.02, as the peer has them.</summary>
    /// <param name="folder">The folder to write.</param>
    public void WriteRandomCheckpoint(string folder)
    {
        RandomSequence random = new(0);
        Directory.CreateDirectory(folder);
        Config.Write(Path.Combine(folder, LlamaConfig.FileName));
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), [.. Weights(random)]);
    }

    /// <summary>The tokens of a batch, drawn from the whole vocabulary.</summary>
    public int[] RandomTokens()
    {
        RandomSequence random = new(1);
        return [.. Enumerable.Range(0, Batch * Sequence).Select(_ => random.NextInt(Config.VocabularySize))];
    }

    /// <summary>The names and shapes of all weights, in the order of the model; vectors are norms.</summary>
    public IEnumerable<(string Name, long[] Shape)> WeightShapes()
    {
        yield return Matrix("model.embed_tokens", Config.VocabularySize, Config.HiddenSize);
        for (int i = 0; i < Config.Layers; i++)
        {
            string block = $"model.layers.{i}";
            int heads = Config.Heads * Config.HeadDim, keyValueHeads = Config.KeyValueHeads * Config.HeadDim;
            yield return Vector($"{block}.input_layernorm");
            yield return Matrix($"{block}.self_attn.q_proj", heads, Config.HiddenSize);
            yield return Matrix($"{block}.self_attn.k_proj", keyValueHeads, Config.HiddenSize);
            yield return Matrix($"{block}.self_attn.v_proj", keyValueHeads, Config.HiddenSize);
            yield return Matrix($"{block}.self_attn.o_proj", Config.HiddenSize, heads);
            yield return Vector($"{block}.post_attention_layernorm");
            yield return Matrix($"{block}.mlp.gate_proj", Config.IntermediateSize, Config.HiddenSize);
            yield return Matrix($"{block}.mlp.up_proj", Config.IntermediateSize, Config.HiddenSize);
            yield return Matrix($"{block}.mlp.down_proj", Config.HiddenSize, Config.IntermediateSize);
        }

        yield return Vector("model.norm");
        if (!Config.TieWordEmbeddings)
            yield return Matrix("lm_head", Config.VocabularySize, Config.HiddenSize);

        (string, long[]) Vector(string name) => ($"{name}.weight", [Config.HiddenSize]);

        static (string, long[]) Matrix(string name, int rows, int columns) => ($"{name}.weight", [rows, columns]);
    }

    private IEnumerable<SafetensorsTensor> Weights(RandomSequence random) => WeightShapes().Select(weight => SafetensorsTensor.OfFloats(
        weight.Name,
        weight.Shape,
        values =>
        {
            if (weight.Shape.Length == 1)
                values.Fill(1);
            else
                random.FillGaussian(values, 0.02);
        }));

    private static LlamaConfig Llama(int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int headDim) => new()
    {
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        IntermediateSize = intermediate,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyValueHeads,
        HeadDim = headDim,
        RmsNormEps = 1e-5f,
        TieWordEmbeddings = true,
    };
}
