using System.Runtime.InteropServices;

namespace AdapterToolkit.Formats;

/// <summary>
/// Collects the answers of a conversation: in one sequence as long as each prompt begins with all that is before it, otherwise each in one of its own.
/// </summary>
internal sealed class ChatSequences
{
    private readonly List<(int PromptLength, ChatAnswer Answer)> _answers = [];
    private readonly List<int> _ids = [], _labels = [];
    private List<ChatTokens>? _alone;

    /// <summary>How many tokens there are.</summary>
    public long TokenCount { get; private set; }

    /// <summary>Adds an answer.</summary>
    /// <param name="prompt">The prompt that it answers.</param>
    /// <param name="known">How many of the prompt's tokens begin the prompt before it too.</param>
    /// <param name="answer">The answer.</param>
    public void Add(ReadOnlySpan<int> prompt, int known, ChatAnswer answer)
    {
        if (_alone is null && !prompt[known..].StartsWith(CollectionsMarshal.AsSpan(_ids)[known..]))
            Separate();
        if (_alone is not null)
        {
            AddAlone(prompt, answer);
            return;
        }

        _answers.Add((prompt.Length, answer));
        _labels.AddRange(Enumerable.Repeat(ChatTokens.Ignored, prompt.Length - _ids.Count));
        _labels.AddRange(answer.Labels);
        _ids.AddRange(prompt[_ids.Count..]);
        _ids.AddRange(answer.Ids);
        TokenCount = _ids.Count;
    }

    /// <summary>The sequences.</summary>
    public IReadOnlyList<ChatTokens> ToList()
    {
        if (_alone is not null)
            return _alone;
        if (_answers.Count == 0)
            return [];
        int[] tail = _answers[^1].Answer.Tail;
        return [new ChatTokens([.. _ids, .. tail], [.. _labels, .. Enumerable.Repeat(ChatTokens.Ignored, tail.Length)])];
    }

    /// <summary>Takes what was one sequence apart. Each prompt in it is the beginning of the whole.</summary>
    private void Separate()
    {
        _alone = [];
        TokenCount = 0;
        foreach ((int promptLength, ChatAnswer answer) in _answers)
            AddAlone(CollectionsMarshal.AsSpan(_ids)[..promptLength], answer);
    }

    private void AddAlone(ReadOnlySpan<int> prompt, ChatAnswer answer)
    {
        ChatTokens sequence = answer.After(prompt);
        _alone!.Add(sequence);
        TokenCount += sequence.Ids.Length;
    }
}
