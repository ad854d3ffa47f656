using AdapterToolkit.Formats;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Models.Llama;

/// <summary>The architecture of a Llama-family model: what a checkpoint's <c>config.json</c> says for <c>model_type: llama</c>.</summary>
public sealed record LlamaConfig : CausalModelConfig
{
    /// <summary>The family's name in <c>config.json</c>.</summary>
    internal const string ModelType = "llama";

    /// <summary>What RMSNorm adds to the mean of squares (<c>rms_norm_eps</c>).</summary>
    public float RmsNormEps { get; init; } = 1e-6f;

    /// <summary>The base of the rotary embedding's frequencies (<c>rope_theta</c>).</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>The scaling of the rotary embedding's frequencies, or null where they are used as they are.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Whether the attention's projections have biases (<c>attention_bias</c>).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the feed-forward network's projections have biases (<c>mlp_bias</c>).</summary>
    public bool MlpBias { get; init; }

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
    public static new LlamaConfig FromFolder(string folder) => ReadIn(folder, LlamaConfigReader.Read);

    /// <inheritdoc/>
    public override LanguageModel CreateModel<TProjection>() => new LlamaModel<TProjection>(this);

    /// <summary>Writes a <c>config.json</c> that <see cref="FromFile"/> and Hugging Face's transformers read.</summary>
    /// <param name="path">The file to create or replace.</param>
    public void Write(string path) => LlamaConfigWriter.Write(path, this);

    /// <summary>Compares all values; lists are equal when their elements are.</summary>
    /// <param name="other">The configuration to compare with.</param>
    public bool Equals(LlamaConfig? other) =>
        base.Equals(other)
        && RmsNormEps.Equals(other.RmsNormEps)
        && RotaryBase.Equals(other.RotaryBase)
        && RotaryScaling == other.RotaryScaling
        && (AttentionBias, MlpBias) == (other.AttentionBias, other.MlpBias);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), RmsNormEps, RotaryBase, RotaryScaling);
}
