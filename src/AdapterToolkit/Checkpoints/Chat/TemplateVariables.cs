using System.Text.Json.Nodes;
using AdapterToolkit.Checkpoints.Jinja;

namespace AdapterToolkit.Checkpoints;

/// <summary>The variables that a chat template sees, as transformers passes them.</summary>
internal static class TemplateVariables
{
    /// <summary>Messages, tools and settings, the tokenizer's special tokens, and the caller's own variables, which stand before all others but the first.</summary>
    /// <exception cref="ArgumentException">A text is not valid Unicode, or a number too large.</exception>
    public static IReadOnlyDictionary<string, object> Create(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options, IReadOnlyDictionary<string, JsonNode?> specialTokens)
    {
        var variables = new Dictionary<string, object>();
        foreach ((string name, JsonNode? token) in specialTokens)
            variables[name] = Convert(token, $"The special token '{name}'");
        variables["tools"] = None.Value;
        variables["documents"] = None.Value;
        foreach ((string name, JsonNode? value) in options.Variables ?? new Dictionary<string, JsonNode?>())
            variables[name] = Convert(value, $"The variable '{Excerpt.Of(name)}'");
        variables["messages"] = new ListValue([.. messages.Select(Convert)]);
        variables["add_generation_prompt"] = options.AddGenerationPrompt;
        if (options.Tools is not null)
            variables["tools"] = new ListValue([.. options.Tools.Select((tool, index) => Convert(tool, $"Tool {index + 1}"))]);
        return variables;
    }

    private static object Convert(JsonNode? node, string what)
    {
        try
        {
            return JsonValues.From(node);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"{what} cannot be passed to the chat template: {exception.Message}", exception);
        }
    }

    private static object Convert(ChatMessage message, int index)
    {
        if (message.Json is not { } json)
        {
            return new DictionaryValue([KeyValuePair.Create<object, object>("role", message.Role), KeyValuePair.Create<object, object>("content", message.Content)]);
        }

        try
        {
            return JsonValues.From(json);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"Message {index + 1} cannot be passed to the chat template: {exception.Message}", exception);
        }
    }
}
