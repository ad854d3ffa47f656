using System.Text;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// The form in which a model expects conversations: ChatML (<c>&lt;|im_start|&gt;role ... &lt;|im_end|&gt;</c>) or Llama 3's
/// (<c>&lt;|start_header_id|&gt;role&lt;|end_header_id|&gt; ... &lt;|eot_id|&gt;</c>).
/// </summary>
/// <remarks>
/// A checkpoint's template is a program in Jinja's language. It is not run: the two forms are recognized by their markers, and what varies between
/// checkpoints (default system text, beginning of text, trimming of contents, dates) is taken from its text. Another form is an error.
/// The rendered text holds every special token: encode it with <c>addSpecialTokens: false</c>.
/// </remarks>
public sealed class ChatTemplate
{
    private const string System = "system", User = "user", Assistant = "assistant";

    private readonly ChatFormat _format;

    private ChatTemplate(ChatFormat format) => _format = format;

    /// <summary>The token that ends a message, such as <c>&lt;|im_end|&gt;</c>: where generation of an answer stops.</summary>
    public string EndOfMessage => _format.MessageEnd;

    /// <summary>The system text of conversations that begin with another message, or null where they have none.</summary>
    public string? DefaultSystemText => _format.DefaultSystemText;

    /// <summary>Reads the template of a checkpoint: <c>chat_template.jinja</c> or, where there is none, <c>chat_template</c> in <c>tokenizer_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="CheckpointException">The checkpoint has no template, or one of another form than ChatML's or Llama 3's.</exception>
    public static ChatTemplate FromFolder(string folder) => new(ChatTemplateReader.Read(folder));

    /// <summary>Recognizes a template's form.</summary>
    /// <param name="template">The template, in Jinja's language.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <param name="beginningOfText">The text of the token that <c>bos_token</c> stands for in the template, or null where it is not known.</param>
    /// <exception cref="CheckpointException">The form is not ChatML's or Llama 3's.</exception>
    public static ChatTemplate Parse(string template, string source, string? beginningOfText = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(ChatFormatRecognizer.Recognize(template, source, beginningOfText));
    }

    /// <summary>Renders a conversation as the text that the model reads.</summary>
    /// <param name="messages">The messages; at least one.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's next message, for it to be continued.</param>
    /// <exception cref="ArgumentException">There is no message, or one has an unknown role.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var text = new StringBuilder();
        foreach (ChatSegment segment in RenderSegments(messages, addGenerationPrompt))
            text.Append(segment.Text);
        return text.ToString();
    }

    /// <summary>Renders a conversation in parts, so that the assistant's are known.</summary>
    /// <param name="messages">The messages; at least one.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's next message.</param>
    /// <exception cref="ArgumentException">There is no message, or one has an unknown role.</exception>
    public IReadOnlyList<ChatSegment> RenderSegments(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
            throw new ArgumentException("A conversation has at least one message.", nameof(messages));
        var segments = new List<ChatSegment>();
        if (_format.BeginningOfText.Length > 0)
            segments.Add(new ChatSegment(_format.BeginningOfText, false));
        string preamble = _format.SystemPreamble();
        if (messages[0].Role != System && (_format.DefaultSystemText is not null || preamble.Length > 0))
            segments.Add(new ChatSegment(Header(System) + preamble + _format.DefaultSystemText + _format.MessageEnd + _format.AfterMessage, false));
        for (int i = 0; i < messages.Count; i++)
        {
            (string role, string content) = messages[i];
            if (role is not (System or User or Assistant))
                throw new ArgumentException($"Message {i} has the role '{role}'; only '{System}', '{User}' and '{Assistant}' are supported.", nameof(messages));
            if (_format.TrimsContent)
                content = content.Trim();
            if (i == 0 && role == System)
                content = preamble + content;
            segments.Add(new ChatSegment(Header(role), false));
            segments.Add(new ChatSegment(content + _format.MessageEnd, role == Assistant));
            if (_format.AfterMessage.Length > 0)
                segments.Add(new ChatSegment(_format.AfterMessage, false));
        }

        if (addGenerationPrompt)
            segments.Add(new ChatSegment(Header(Assistant), false));
        return segments;
    }

    /// <summary>Renders and encodes a conversation for training. The ids are those of the whole text; a token belongs to the part in which it begins.</summary>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <param name="messages">The messages; at least one.</param>
    /// <exception cref="ArgumentException">There is no message, or one has an unknown role.</exception>
    public ChatTokens Encode(Tokenizer tokenizer, IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        IReadOnlyList<ChatSegment> segments = RenderSegments(messages, addGenerationPrompt: false);
        string text = string.Concat(segments.Select(segment => segment.Text));
        if (!tokenizer.IsNormalized(text))
        {
            // Normalization moves the borders of the parts, so each is normalized by itself. Special tokens stand at the borders: what is joined stays normalized.
            segments = [.. segments.Select(segment => segment with { Text = segment.Text.Normalize(NormalizationForm.FormC) })];
            text = string.Concat(segments.Select(segment => segment.Text));
        }

        int[] ids = tokenizer.Encode(text, addSpecialTokens: false, out int[] starts);
        int[] labels = new int[ids.Length];
        int part = 0, partEnd = segments[0].Text.Length;
        for (int i = 0; i < ids.Length; i++)
        {
            while (starts[i] >= partEnd && part + 1 < segments.Count)
                partEnd += segments[++part].Text.Length;
            labels[i] = segments[part].IsAssistantContent ? ids[i] : ChatTokens.Ignored;
        }

        return new ChatTokens(ids, labels);
    }

    private string Header(string role) => _format.HeaderStart + role + _format.HeaderEnd;
}
