namespace AdapterToolkit.Formats;

/// <summary>The architecture of a Llama-family model: what a checkpoint's <c>config.json</c> says for <c>model_type: llama</c>.</summary>
public sealed record LlamaConfig
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = "config.json";

    /// <summary>The number of tokens: rows of the embedding and of the head (<c>vocab_size</c>).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The width of the residual stream (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The width inside the MLP (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The number of decoder blocks (<c>num_hidden_layers</c>).</summary>
    public required int Layers { get; init; }

    /// <summary>The number of query heads (<c>num_attention_heads</c>).</summary>
    public required int Heads { get; init; }

    /// <summary>The number of key and value heads (<c>num_key_value_heads</c>); divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>The width of one head (<c>head_dim</c>); even. May differ from <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadDim { get; init; }

    /// <summary>What RMSNorm adds to the mean of squares (<c>rms_norm_eps</c>).</summary>
    public float RmsNormEps { get; init; } = 1e-6f;

    /// <summary>The longest context, in tokens (<c>max_position_embeddings</c>).</summary>
    public int MaxPositions { get; init; } = 2048;

    /// <summary>The base of the rotary embedding's frequencies (<c>rope_theta</c>).</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>The scaling of the rotary embedding's frequencies, or null where they are used as they are.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Whether the attention's projections have biases (<c>attention_bias</c>).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the MLP's projections have biases (<c>mlp_bias</c>).</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether the head uses the embedding's matrix (<c>tie_word_embeddings</c>).</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>The id of the token that begins a text, or null (<c>bos_token_id</c>).</summary>
    public int? BeginningOfTextId { get; init; }

    /// <summary>The ids of the tokens that end a text; may be empty (<c>eos_token_id</c>, a number or a list).</summary>
    public IReadOnlyList<int> EndOfTextIds { get; init; } = [];

    /// <summary>How the checkpoint's linear layers are quantized; null where they are not (<c>quantization_config</c>).</summary>
    public BitsAndBytesConfig? Quantization { get; init; }

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">
    /// The file is malformed, of another model type, or has a value that is out of range or not supported; the message names the key.
    /// </exception>
    public static LlamaConfig FromFile(string path) => JsonFile.Read(path, LlamaConfigReader.Read);

    /// <summary>Reads the <c>config.json</c> of a checkpoint's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">
    /// There is no such folder, or it holds something else, which the message names; or as of <see cref="FromFile"/>.
    /// </exception>
    public static LlamaConfig FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            ForeignFormat.ThrowIfIn(folder);
        return FromFile(path);
    }

    /// <summary>Writes a <c>config.json</c> that <see cref="FromFile"/> and Hugging Face's transformers read.</summary>
    /// <param name="path">The file to create or replace.</param>
    public void Write(string path) => LlamaConfigWriter.Write(path, this);

    /// <summary>Compares all values; lists are equal when their elements are.</summary>
    /// <param name="other">The configuration to compare with.</param>
    public bool Equals(LlamaConfig? other)
        => other is not null
            && Dimensions == other.Dimensions
            && RmsNormEps.Equals(other.RmsNormEps)
            && RotaryBase.Equals(other.RotaryBase)
            && RotaryScaling == other.RotaryScaling
            && (AttentionBias, MlpBias, TieWordEmbeddings) == (other.AttentionBias, other.MlpBias, other.TieWordEmbeddings)
            && Quantization == other.Quantization
            && BeginningOfTextId == other.BeginningOfTextId
            && EndOfTextIds.SequenceEqual(other.EndOfTextIds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Dimensions, RmsNormEps, RotaryBase, RotaryScaling);

    private (int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KeyValueHeads, int HeadDim, int Positions) Dimensions
        => (VocabularySize, HiddenSize, IntermediateSize, Layers, Heads, KeyValueHeads, HeadDim, MaxPositions);
}
