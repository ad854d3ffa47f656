using System.Text.Json.Nodes;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// Turns conversations into tokens, for training and for generation. What training sees before an answer are exactly the tokens that generation starts
/// from: the generation prompt is encoded by itself, the answer by itself, so that no token reaches from one into the other.
/// </summary>
/// <remarks>
/// The answers are found by the template's own rendering. With the messages before an answer it is rendered once to be continued (the generation prompt), and
/// with the answer once more: what the second text has beyond the first is the answer, up to the token that ends its message. Where the template marks what
/// the assistant writes (<c>{% generation %}</c>), what it marks is learned in place of that.
/// </remarks>
public sealed class ChatEncoder
{
    private readonly Tokenizer _tokenizer;
    private readonly string? _endOfMessage;

    /// <summary>Creates an encoder.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    public ChatEncoder(ChatTemplate template, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Template = template;
        _tokenizer = tokenizer;
        _endOfMessage = template.EndOfMessage?.Trim();
    }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The time that templates with a date write, the same for all conversations. By default the local time at which the encoder was made.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.Now;

    /// <summary>The tokens of the text that an answer continues: the messages, and the beginning of the assistant's next one.</summary>
    /// <param name="messages">The messages before the answer.</param>
    /// <param name="tools">The tools that the assistant can call.</param>
    /// <param name="variables">Further variables of the template.</param>
    /// <exception cref="ArgumentException">The template can not render the messages.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<JsonNode>? tools = null, IReadOnlyDictionary<string, JsonNode?>? variables = null) =>
        Encode(Template.Render(messages, OptionsOf(tools, variables, addGenerationPrompt: true)));

    /// <summary>
    /// Encodes a conversation for training. It is one sequence where each generation prompt begins with all that was said before; where it does not (templates that
    /// drop the thoughts of earlier answers, for one), each answer is a sequence of its own, after the prompt that it would be given for.
    /// </summary>
    /// <param name="conversation">The conversation. What follows its last answer teaches nothing and is left out.</param>
    /// <returns>The sequences; none where the assistant says nothing, or nothing that the template marks.</returns>
    /// <exception cref="ArgumentException">The template can not render the messages, or writes an answer otherwise than after its own generation prompt.</exception>
    public IReadOnlyList<ChatTokens> Encode(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ChatAnswer[] answers = [.. AnswersOf(conversation)];
        if (answers.Length == 0)
            return [];
        return Joined(answers) is { } joined ? [joined] : [.. answers.Select(answer => answer.Alone())];
    }

    /// <summary>All answers in one sequence; null where a prompt does not begin with what is before it.</summary>
    private static ChatTokens? Joined(ChatAnswer[] answers)
    {
        int[] labels = [];
        int[] before = [];
        foreach (ChatAnswer answer in answers)
        {
            if (!answer.Prompt.AsSpan().StartsWith(before))
                return null;
            labels = [.. labels, .. Enumerable.Repeat(ChatTokens.Ignored, answer.Prompt.Length - before.Length), .. answer.Labels];
            before = [.. answer.Prompt, .. answer.Ids];
        }

        int[] tail = answers[^1].Tail;
        return new ChatTokens([.. before, .. tail], [.. labels, .. Enumerable.Repeat(ChatTokens.Ignored, tail.Length)]);
    }

    private ChatTemplateOptions OptionsOf(IReadOnlyList<JsonNode>? tools, IReadOnlyDictionary<string, JsonNode?>? variables, bool addGenerationPrompt) =>
        new() { AddGenerationPrompt = addGenerationPrompt, Tools = tools, Variables = variables, Clock = new StoppedClock(Now) };

    private IEnumerable<ChatAnswer> AnswersOf(Conversation conversation)
    {
        for (int i = 0; i < conversation.Messages.Count; i++)
        {
            if (DataMessage.IsLearned(conversation.Messages[i]) && AnswerAt(conversation, i) is { } answer)
                yield return answer;
        }
    }

    /// <summary>The answer at a place among the messages; null where the template marks answers, and not this one.</summary>
    private ChatAnswer? AnswerAt(Conversation conversation, int index)
    {
        string prompt = Render(conversation, index, addGenerationPrompt: true).Text;
        RenderedChat answered = Render(conversation, index + 1, addGenerationPrompt: false);
        if (!answered.Text.StartsWith(prompt, StringComparison.Ordinal))
            throw NotContinued(conversation, index, prompt, answered.Text);
        List<Range> learned = [.. LearnedOf(answered, prompt.Length)];
        if (learned.Count == 0)
            return null;
        List<int> ids = [], labels = [];
        int done = prompt.Length;
        foreach (Range part in learned)
        {
            Append(answered.Text[done..part.Start], isLearned: false);
            Append(answered.Text[part], isLearned: true);
            done = part.End.Value;
        }

        return new ChatAnswer(Encode(prompt), [.. ids], [.. labels], Encode(answered.Text[done..]));

        void Append(string text, bool isLearned)
        {
            int[] tokens = Encode(text);
            ids.AddRange(tokens);
            labels.AddRange(isLearned ? tokens : Enumerable.Repeat(ChatTokens.Ignored, tokens.Length));
        }
    }

    /// <summary>The parts of a rendered answer that are learned: what the template marks of it or, where it marks nothing, all up to the end of the message.</summary>
    private IEnumerable<Range> LearnedOf(RenderedChat answered, int start)
    {
        if (answered.HasGenerationTag)
            return answered.AssistantSpans.Select(span => Math.Max(span.Start.Value, start)..span.End.Value).Where(span => span.Start.Value < span.End.Value);
        int end = EndOf(answered.Text, start);
        return start < end ? [start..end] : [];
    }

    /// <summary>Where an answer ends: after the token that ends its message, where only white space follows that.</summary>
    private int EndOf(string text, int start)
    {
        int found = string.IsNullOrEmpty(_endOfMessage) ? -1 : text.LastIndexOf(_endOfMessage, StringComparison.Ordinal);
        if (found < start)
            return text.Length;
        int end = found + _endOfMessage!.Length;
        return text.AsSpan(end).IsWhiteSpace() ? end : text.Length;
    }

    /// <summary>Renders the first messages of a conversation; an error names its file and line.</summary>
    private RenderedChat Render(Conversation conversation, int count, bool addGenerationPrompt)
    {
        try
        {
            return Template.RenderWithSpans([.. conversation.Messages.Take(count)], OptionsOf(conversation.Tools, conversation.Variables, addGenerationPrompt));
        }
        catch (ArgumentException exception) when (conversation.Source is { } source)
        {
            throw new ArgumentException($"{source}: {exception.Message}", exception);
        }
    }

    private int[] Encode(string text) => text.Length > 0 ? _tokenizer.Encode(text, addSpecialTokens: false) : [];

    private static ArgumentException NotContinued(Conversation conversation, int index, string prompt, string answered)
    {
        int common = prompt.AsSpan().CommonPrefixLength(answered);
        string place = conversation.Source is { } source ? $"{source}: " : "";
        return new ArgumentException(
            $"{place}message {index + 1}: the chat template writes this answer otherwise than after its own generation prompt, "
            + "so what is trained would not be what is generated: the prompt goes on with "
            + $"'{Excerpt.Of(prompt[common..])}', the rendered answer with '{Excerpt.Of(answered[common..])}'. Change the messages, or supply another chat template.");
    }
}
