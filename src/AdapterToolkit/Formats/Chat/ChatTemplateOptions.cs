using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>What a chat template is given beside the messages.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>Whether to end with the beginning of the assistant's next message, for it to be continued.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>The tools that the assistant may call, each as a JSON schema; null where there are none.</summary>
    public IReadOnlyList<JsonNode>? Tools { get; init; }

    /// <summary>
    /// Further variables that the template knows, such as <c>enable_thinking</c> or <c>documents</c>. They stand before the special tokens of the tokenizer.
    /// </summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }

    /// <summary>What a template that writes a date (<c>strftime_now</c>) takes it from; the local time counts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
