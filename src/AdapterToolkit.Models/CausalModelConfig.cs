using AdapterToolkit.Formats;
using AdapterToolkit.Modules;

namespace AdapterToolkit.Models;

/// <summary>The architecture of a language model: what a checkpoint's <c>config.json</c> says in every family. A family derives from it.</summary>
public abstract record CausalModelConfig
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = FileNames.Configuration;

    /// <summary>The number of tokens: rows of the embedding and of the head (<c>vocab_size</c>).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The width of the residual stream (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The width inside the feed-forward networks (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The number of decoder blocks (<c>num_hidden_layers</c>).</summary>
    public required int Layers { get; init; }

    /// <summary>The number of query heads (<c>num_attention_heads</c>).</summary>
    public required int Heads { get; init; }

    /// <summary>The number of key and value heads (<c>num_key_value_heads</c>); divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>The width of one head (<c>head_dim</c>); even. May differ from <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadDim { get; init; }

    /// <summary>The longest context, in tokens (<c>max_position_embeddings</c>).</summary>
    public int MaxPositions { get; init; } = 2048;

    /// <summary>Whether the head uses the embedding's matrix (<c>tie_word_embeddings</c>).</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>The id of the token that begins a text, or null (<c>bos_token_id</c>).</summary>
    public int? BeginningOfTextId { get; init; }

    /// <summary>The ids of the tokens that end a text; may be empty (<c>eos_token_id</c>, a number or a list).</summary>
    public IReadOnlyList<int> EndOfTextIds { get; init; } = [];

    /// <summary>How the checkpoint's linear layers are quantized; null where they are not (<c>quantization_config</c>).</summary>
    public BitsAndBytesConfig? Quantization { get; init; }

    /// <summary>Reads the <c>config.json</c> of a checkpoint's folder, of whatever family.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The configuration, of the family that <c>model_type</c> names.</returns>
    /// <exception cref="CheckpointException">
    /// There is no such folder, or it holds something else, which the message names; the file is malformed, names a family that is not known, or has a value
    /// that is out of range or not supported, and the message names the key.
    /// </exception>
    public static CausalModelConfig FromFolder(string folder) => ReadIn(folder, ModelFamilies.Read);

    /// <summary>Makes the model, without weights.</summary>
    /// <typeparam name="TProjection">The class of its projections.</typeparam>
    public abstract LanguageModel CreateModel<TProjection>()
        where TProjection : Linear, ILinear<TProjection>;

    /// <summary>Compares all values; lists are equal when their elements are.</summary>
    /// <param name="other">The configuration to compare with.</param>
    public virtual bool Equals(CausalModelConfig? other) =>
        other is not null
        && EqualityContract == other.EqualityContract
        && Dimensions == other.Dimensions
        && TieWordEmbeddings == other.TieWordEmbeddings
        && Quantization == other.Quantization
        && BeginningOfTextId == other.BeginningOfTextId
        && EndOfTextIds.SequenceEqual(other.EndOfTextIds);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.GetHashCode();

    /// <summary>Reads the <c>config.json</c> of a checkpoint's folder, and refuses a folder that is none.</summary>
    private protected static TConfig ReadIn<TConfig>(string folder, Func<JsonObject, TConfig> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Recover(folder);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            ForeignFormat.ThrowIfIn(folder);
        return JsonFile.Read(path, read);
    }

    private (int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KeyValueHeads, int HeadDim, int Positions) Dimensions =>
        (VocabularySize, HiddenSize, IntermediateSize, Layers, Heads, KeyValueHeads, HeadDim, MaxPositions);
}
