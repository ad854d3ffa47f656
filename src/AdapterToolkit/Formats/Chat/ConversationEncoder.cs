namespace AdapterToolkit.Formats;

/// <summary>
/// Encodes one conversation for training, as <see cref="ChatEncoder"/> says. The template renders the conversation's beginning for each answer, so the work
/// grows with the square of the turns, and is bounded.
/// </summary>
internal sealed class ConversationEncoder
{
    /// <summary>
    /// The most steps of the template, in all renderings of a conversation, together with the characters that are encoded: some minute of work.
    /// </summary>
    public const long MostWork = 2_500_000_000;

    /// <summary>The most tokens of all sequences of a conversation: half a gigabyte of ids and labels.</summary>
    public const long MostTokens = 1 << 26;

    private readonly Conversation _conversation;
    private readonly ModelTokenizer _tokenizer;
    private readonly string? _endOfMessage;
    private readonly int[] _answers;
    private readonly ConversationRenderer _renderer;
    private readonly PromptTokens _prompt;
    private long _answerCharacters;

    /// <summary>Creates an encoder.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="template">The chat template.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">What else the template is given.</param>
    /// <exception cref="ArgumentException">The messages can't be passed to the template.</exception>
    public ConversationEncoder(Conversation conversation, ChatTemplate template, ModelTokenizer tokenizer, ChatTemplateOptions options)
    {
        (_conversation, _tokenizer) = (conversation, tokenizer);
        _endOfMessage = template.EndOfMessage?.Trim();
        IReadOnlyList<ChatTurn> messages = conversation.Messages;
        _answers = [.. Enumerable.Range(0, messages.Count).Where(index => DataMessage.IsLearned(messages[index]))];
        int needed = _answers.Length > 0 ? _answers[^1] + 1 : 0;
        _renderer = Named(() => new ConversationRenderer(template, [.. messages.Take(needed)], options));
        _prompt = new PromptTokens(tokenizer);
    }

    /// <summary>The work that was done so far: see <see cref="MostWork"/>.</summary>
    public long Work => _renderer.Steps + EncodedCharacters;

    /// <summary>How many characters have been encoded.</summary>
    public long EncodedCharacters => _prompt.EncodedCharacters + _answerCharacters;

    /// <summary>Encodes the conversation.</summary>
    /// <param name="mostWork">The most work that may be done.</param>
    /// <param name="mostTokens">The most tokens that all sequences together may have.</param>
    /// <param name="cancellationToken">Stops the encoding between two answers.</param>
    /// <returns>The sequences; none where the assistant says nothing that is learned.</returns>
    /// <exception cref="ArgumentException">See <see cref="ChatEncoder.Encode"/>.</exception>
    /// <exception cref="OperationCanceledException">The encoding was stopped.</exception>
    public IReadOnlyList<ChatTokens> Encode(long mostWork = MostWork, long mostTokens = MostTokens, CancellationToken cancellationToken = default)
    {
        ChatSequences sequences = new();
        foreach (int index in _answers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddAnswer(sequences, index);
            if (Work > mostWork)
                throw TooLong("rendering and encoding it once for each answer is more work than is done for one");
            if (sequences.TokenCount > mostTokens)
                throw TooLong($"the chat template changes earlier messages, so that each answer is a sequence of its own, "
                    + $"with more than {mostTokens} tokens together");
        }

        return sequences.ToList();
    }

    /// <summary>Adds the answer at a place among the messages; nothing where the template marks answers, and not this one.</summary>
    private void AddAnswer(ChatSequences sequences, int index)
    {
        string prompt = Render(index, addGenerationPrompt: true).Text;
        RenderedChat answered = Render(index + 1, addGenerationPrompt: false);
        if (!answered.Text.StartsWith(prompt, StringComparison.Ordinal))
            throw NotContinued(index, prompt, answered.Text);
        List<Range> learned = [.. LearnedOf(answered, prompt.Length)];
        if (learned.Count == 0)
            return;
        int known = _prompt.Next(prompt);
        sequences.Add(_prompt.Ids, known, AnswerOf(answered.Text, prompt.Length, learned));
    }

    /// <summary>Encodes an answer: what is learned and what is not apart, so that no token reaches from one into the other.</summary>
    private ChatAnswer AnswerOf(string text, int start, IReadOnlyList<Range> learned)
    {
        List<int> ids = [], labels = [], tail = [];
        bool continues = _prompt.EndsInText;
        int done = start;
        foreach (Range part in learned)
        {
            Append(text[done..part.Start], ids);
            labels.AddRange(Enumerable.Repeat(ChatTokens.Ignored, ids.Count - labels.Count));
            Append(text[part], ids);
            labels.AddRange(ids[labels.Count..]);
            done = part.End.Value;
        }

        Append(text[done..], tail);
        _answerCharacters += text.Length - start;
        return new ChatAnswer([.. ids], [.. labels], [.. tail]);

        void Append(string part, List<int> receiver) => continues = _tokenizer.Append(part, start: 0, continues, receiver);
    }

    /// <summary>
    /// The parts of a rendered answer that are learned: what the template marks of it or, where it marks nothing, all up to the end of the message.
    /// </summary>
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
        int found = string.IsNullOrEmpty(_endOfMessage) ? -1 : text.AsSpan(start).LastIndexOf(_endOfMessage, StringComparison.Ordinal);
        if (found < 0)
            return text.Length;
        int end = start + found + _endOfMessage!.Length;
        return text.AsSpan(end).IsWhiteSpace() ? end : text.Length;
    }

    private RenderedChat Render(int count, bool addGenerationPrompt) => Named(() => _renderer.Render(count, addGenerationPrompt));

    /// <summary>Lets errors name the conversation's file and line.</summary>
    private T Named<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException exception) when (_conversation.Source is { } source)
        {
            throw new ArgumentException($"{source}: {exception.Message}", exception);
        }
    }

    private ArgumentException TooLong(string reason) => new(
        $"{Place}the conversation has {_conversation.Messages.Count} messages and {_answers.Length} answers to learn: "
        + $"{reason}. Divide it into shorter conversations.");

    private ArgumentException NotContinued(int index, string prompt, string answered)
    {
        int common = prompt.AsSpan().CommonPrefixLength(answered);
        return new ArgumentException(
            $"{Place}message {index + 1}: the chat template writes this answer otherwise than after its own generation prompt, "
            + "so what is trained would not be what is generated: the prompt goes on with "
            + $"'{Excerpt.Of(prompt[common..])}', the rendered answer with '{Excerpt.Of(answered[common..])}'. Change the "
            + "messages, or supply another chat template.");
    }

    private string Place => _conversation.Source is { } source ? $"{source}: " : "";
}
