using AdapterToolkit.Formats;
using AdapterToolkit.Modules;

namespace AdapterToolkit.Loading;

/// <summary>How <see cref="ModelSaving.Save(Model, string, SaveOptions, CancellationToken)"/> writes a model.</summary>
public sealed record SaveOptions
{
    /// <summary>
    /// What ends an answer of the model, for <c>eos_token_id</c> of <c>config.json</c> and <c>generation_config.json</c>: give it where the model
    /// was trained on conversations. Null for what both files of the checkpoint that the model was loaded from say together.
    /// </summary>
    public EndTokens? EndTokens { get; init; }

    /// <summary>
    /// The file of the chat template that the model was trained with, in Jinja's language, which becomes <c>chat_template.jinja</c> in place of all
    /// templates of the checkpoint; null to keep those.
    /// </summary>
    public string? ChatTemplateFile { get; init; }

    /// <summary>
    /// Whether every number that is not quantized is written in float32. Otherwise it has the element type of the checkpoint that the
    /// model was loaded from, or the one that it was merged to.
    /// </summary>
    public bool FullPrecision { get; init; }
}
