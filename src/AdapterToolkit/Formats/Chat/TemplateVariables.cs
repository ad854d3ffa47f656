using System.Text.Json.Nodes;
using AdapterToolkit.Formats.Jinja;

namespace AdapterToolkit.Formats;

/// <summary>
/// The variables that a chat template sees, as transformers passes them: messages, tools and settings, the tokenizer's special tokens, and the caller's own
/// variables, which stand before all others but the messages and what says how to end.
/// </summary>
internal sealed class TemplateVariables
{
    private readonly Dictionary<string, object> _values = [];
    private readonly object[] _messages;

    /// <summary>Converts what a template is given.</summary>
    /// <exception cref="ArgumentException">A text is not valid Unicode, or a number too large.</exception>
    public TemplateVariables(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options, IReadOnlyDictionary<string, JsonNode?> specialTokens)
    {
        foreach ((string name, JsonNode? token) in specialTokens)
            _values[name] = Convert(token, $"The special token '{name}'");
        _values["tools"] = None.Value;
        _values["documents"] = None.Value;
        foreach ((string name, JsonNode? value) in options.Variables ?? new Dictionary<string, JsonNode?>())
            _values[name] = Convert(value, $"The variable '{Excerpt.Of(name)}'");
        if (options.Tools is not null)
            _values["tools"] = new ListValue([.. options.Tools.Select((tool, index) => Convert(tool, $"Tool {index + 1}"))]);
        _messages = [.. messages.Select(Convert)];
    }

    /// <summary>The variables for a conversation of the first messages. They count until others are asked for.</summary>
    /// <param name="count">How many messages.</param>
    /// <param name="addGenerationPrompt">Whether the template is to end with the beginning of the assistant's next message.</param>
    public IReadOnlyDictionary<string, object> Of(int count, bool addGenerationPrompt)
    {
        _values["messages"] = new ListValue(new ArraySegment<object>(_messages, 0, count));
        _values["add_generation_prompt"] = addGenerationPrompt;
        return _values;
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

    private static object Convert(ChatTurn message, int index)
    {
        try
        {
            return message.Json is { } json
                ? JsonValues.From(json)
                : new DictionaryValue([Member("role", message.Role), Member("content", message.Content)]);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"Message {index + 1} cannot be passed to the chat template: {exception.Message}", exception);
        }

        static KeyValuePair<object, object> Member(string name, string text) => KeyValuePair.Create<object, object>(name, JsonValues.From(text));
    }
}
