namespace AdapterToolkit.Formats;

/// <summary>The names of files that Hugging Face's programs write beside a checkpoint's weights, and that several readers here look for.</summary>
internal static class FileNames
{
    /// <summary>The model's configuration.</summary>
    public const string Configuration = "config.json";

    /// <summary>The settings of generation.</summary>
    public const string GenerationSettings = "generation_config.json";

    /// <summary>The settings of the tokenizer.</summary>
    public const string TokenizerSettings = "tokenizer_config.json";

    /// <summary>The special tokens, where the settings of the tokenizer do not have them.</summary>
    public const string SpecialTokens = "special_tokens_map.json";

    /// <summary>Tokens that were added to the vocabulary, in older releases.</summary>
    public const string AddedTokens = "added_tokens.json";

    /// <summary>The chat template.</summary>
    public const string ChatTemplate = "chat_template.jinja";

    /// <summary>The folder of further chat templates.</summary>
    public const string FurtherChatTemplates = "additional_chat_templates";

    /// <summary>The chat template of a processor of images or sound.</summary>
    public const string ProcessorChatTemplate = "chat_template.json";
}
