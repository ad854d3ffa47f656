using AdapterToolkit.Formats.Jinja;

namespace AdapterToolkit.Formats;

/// <summary>Renders the beginnings of a conversation. What the template is given is converted once for all of them.</summary>
internal sealed class ConversationRenderer
{
    private readonly ChatTemplate _template;
    private readonly ChatTemplateOptions _options;
    private readonly TemplateVariables _variables;

    /// <summary>Creates a renderer.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="options">What else the template is given; whether to end with the beginning of the next message is said for each rendering.</param>
    /// <exception cref="ArgumentException">A text of the messages, tools or variables is not valid Unicode, or a number in them too large.</exception>
    public ConversationRenderer(ChatTemplate template, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options)
    {
        (_template, _options) = (template, options);
        _variables = template.CreateVariables(messages, options);
    }

    /// <summary>How many steps the template has made in all renderings.</summary>
    public long Steps { get; private set; }

    /// <summary>Renders the first messages.</summary>
    /// <param name="count">How many.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's next message.</param>
    /// <inheritdoc cref="ChatTemplate.RenderWithSpans(IReadOnlyList{ChatTurn}, ChatTemplateOptions?)" path="/exception"/>
    public RenderedChat Render(int count, bool addGenerationPrompt)
    {
        Rendering rendering = new(_options.Clock);
        RenderedChat rendered = _template.RenderWithSpans(_variables.Of(count, addGenerationPrompt), _options, rendering);
        Steps += rendering.Budget.Steps;
        return rendered;
    }
}
