using System.Text.Json.Nodes;
using AdapterToolkit.Formats.Jinja;

namespace AdapterToolkit.Formats;

/// <summary>
/// The form in which a model expects conversations: a program in Jinja's language, which every instruction-tuned checkpoint brings along.
/// It is run as transformers runs it, and gives the same text.
/// </summary>
/// <remarks>
/// <para>
/// Supported is what such templates use of Jinja 3.1: the statements <c>if</c>, <c>for</c> (with <c>if</c>, <c>else</c>, <c>recursive</c>, <c>break</c>,
/// <c>continue</c>), <c>set</c>, <c>macro</c>, <c>call</c>, <c>filter</c>, <c>with</c>, <c>raw</c>, <c>print</c> and <c>generation</c>; all operators; the
/// filters and tests of Jinja but those for web pages; Python's methods of texts, lists and dictionaries that change nothing; <c>range</c>, <c>dict</c>,
/// <c>namespace</c>, <c>cycler</c>, <c>joiner</c>, <c>raise_exception</c> and <c>strftime_now</c>. <c>import</c>, <c>include</c>, <c>extends</c> and
/// <c>block</c> are not. What is not supported is an error with line and column, never something else.
/// </para>
/// <para>
/// A template is a stranger's program: it cannot reach anything but what it is given, cannot change that, and is stopped after 20 million steps, at a text of
/// 16 million characters, and at macros 100 deep.
/// </para>
/// <para>The rendered text holds every special token: encode it with <c>addSpecialTokens: false</c>. An object of this class can be used by several
/// threads.</para>
/// </remarks>
public sealed class ChatTemplate
{
    private readonly LoadedTemplate _default;
    private readonly LoadedTemplate? _withTools;
    private readonly IReadOnlyDictionary<string, JsonNode?> _specialTokens;
    private readonly Lazy<string?> _endOfMessage;

    private ChatTemplate(LoadedTemplate template, LoadedTemplate? withTools, IReadOnlyDictionary<string, JsonNode?> specialTokens)
    {
        (_default, _withTools, _specialTokens) = (template, withTools, specialTokens);
        _endOfMessage = new Lazy<string?>(() => EndOfMessageFinder.Find(this, specialTokens));
    }

    /// <summary>
    /// What the template writes where a message of the assistant ends, such as <c>&lt;|im_end|&gt;</c>: where generation of an answer stops. Found by rendering
    /// a conversation; null where nothing follows the assistant's text, or the template renders no plain conversation.
    /// </summary>
    public string? EndOfMessage => _endOfMessage.Value;

    /// <summary>Reads the template of a checkpoint, and the special tokens that it may name.</summary>
    /// <param name="folder">
    /// The checkpoint's folder. The template is <c>chat_template.jinja</c> and those in <c>additional_chat_templates</c>; where there is none,
    /// <c>chat_template</c> in <c>tokenizer_config.json</c> (one, or several by name); else that in <c>chat_template.json</c>. Of several, the one named
    /// <c>tool_use</c> renders conversations with tools, and <c>default</c> all others.
    /// </param>
    /// <exception cref="CheckpointException">The checkpoint has no template, or one that is malformed or uses what is not supported.</exception>
    public static ChatTemplate FromFolder(string folder)
    {
        IReadOnlyDictionary<string, NamedTemplate> templates = ChatTemplateReader.Read(folder);
        LoadedTemplate? withTools = templates.TryGetValue(ChatTemplateReader.ToolUse, out NamedTemplate toolUse)
            ? LoadedTemplate.Parse(toolUse.Text, toolUse.Source)
            : null;
        if (!templates.TryGetValue(ChatTemplateReader.Default, out NamedTemplate template))
            throw new CheckpointException(folder,
                $"of the chat templates ('{Excerpt.Of(string.Join("', '", templates.Keys))}') none is named "
                + $"'{ChatTemplateReader.Default}'; supply the one to use.");
        return new ChatTemplate(LoadedTemplate.Parse(template.Text, template.Source), withTools, SpecialTokens.FromFolder(folder));
    }

    /// <summary>Reads a template from a file of its own, in place of the checkpoint's.</summary>
    /// <param name="path">The file, in Jinja's language and UTF-8.</param>
    /// <param name="tokenizerFolder">The checkpoint's folder, for the special tokens that the template may name.</param>
    /// <exception cref="CheckpointException">The file is missing, empty or not UTF-8, or the template is malformed or uses what is not supported.</exception>
    public static ChatTemplate FromFile(string path, string tokenizerFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(tokenizerFolder);
        NamedTemplate template = ChatTemplateReader.ReadFile(path);
        return new ChatTemplate(LoadedTemplate.Parse(template.Text, template.Source), null, SpecialTokens.FromFolder(tokenizerFolder));
    }

    /// <summary>Takes a template from a text.</summary>
    /// <param name="template">The template, in Jinja's language.</param>
    /// <param name="source">What to call it in errors.</param>
    /// <param name="specialTokens">The special tokens that it may name, such as <c>bos_token</c>.</param>
    /// <exception cref="CheckpointException">The template is malformed or uses what is not supported; the message says where.</exception>
    public static ChatTemplate Parse(string template, string source, IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentException.ThrowIfNullOrEmpty(source);
        var tokens = new Dictionary<string, JsonNode?>();
        foreach ((string name, string token) in specialTokens ?? new Dictionary<string, string>())
            tokens[name] = token;
        return new ChatTemplate(LoadedTemplate.Parse(template, source), null, tokens);
    }

    /// <summary>Renders a conversation as the text that the model reads.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">What else the template is given; null for the usual.</param>
    /// <exception cref="ChatTemplateException">The conversation does not fit the template, or the template refuses it.</exception>
    /// <exception cref="CheckpointException">The template does what is not supported, not allowed, or too much.</exception>
    /// <exception cref="ArgumentException">A text of the messages, tools or variables is not valid Unicode, or a number in them too large.</exception>
    public string Render(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new ChatTemplateOptions();
        IReadOnlyDictionary<string, object> variables = CreateVariables(messages, options).Of(messages.Count, options.AddGenerationPrompt);
        return Choose(options).Render(variables, new Rendering(options.Clock)).Output.ToString();
    }

    /// <summary>Renders a conversation as the text that the model reads.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's next message, for it to be continued.</param>
    /// <inheritdoc cref="Render(IReadOnlyList{ChatTurn}, ChatTemplateOptions?)"/>
    public string Render(IReadOnlyList<ChatTurn> messages, bool addGenerationPrompt) =>
        Render(messages, new ChatTemplateOptions { AddGenerationPrompt = addGenerationPrompt });

    /// <summary>Renders a conversation, and tells which parts of it the template marks as the assistant's.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">What else the template is given; null for the usual.</param>
    /// <exception cref="CheckpointException">
    /// As for <see cref="Render(IReadOnlyList{ChatTurn}, ChatTemplateOptions?)"/>; or the template changes a text that it marks before it writes it, so that
    /// its place is not known.
    /// </exception>
    /// <inheritdoc cref="Render(IReadOnlyList{ChatTurn}, ChatTemplateOptions?)"/>
    public RenderedChat RenderWithSpans(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new ChatTemplateOptions();
        IReadOnlyDictionary<string, object> variables = CreateVariables(messages, options).Of(messages.Count, options.AddGenerationPrompt);
        return RenderWithSpans(variables, options, new Rendering(options.Clock));
    }

    /// <summary>Converts what the template is given, for one rendering or several.</summary>
    internal TemplateVariables CreateVariables(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options) => new(messages, options, _specialTokens);

    /// <summary>Renders a conversation that was converted, and tells which parts of it the template marks as the assistant's.</summary>
    internal RenderedChat RenderWithSpans(IReadOnlyDictionary<string, object> variables, ChatTemplateOptions options, Rendering rendering)
    {
        LoadedTemplate template = Choose(options);
        (Output output, CapturedTexts captured) = template.Render(variables, rendering);
        if (captured.AnyLost)
            throw new CheckpointException(template.Source,
                "the chat template changes the text of a {% generation %} block before it writes it, so it is not known which part "
                + "of the rendered text is the assistant's.");
        return new RenderedChat(output.ToString(), output.Spans, template.HasGeneration);
    }

    private LoadedTemplate Choose(ChatTemplateOptions options) => options.Tools is not null && _withTools is not null ? _withTools : _default;
}
