using System.Runtime.InteropServices;

namespace AdapterToolkit.Formats;

/// <summary>
/// The tokens of one generation prompt after another. Most begin with the one before, and what both begin with is not encoded again: each costs about as
/// much as it adds.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
internal sealed class PromptTokens(ModelTokenizer tokenizer)
{
    private readonly List<int> _ids = [];
    private readonly List<TokenBorder> _borders = [];
    private string _text = "";

    /// <summary>The tokens of the whole prompt, the same as where it is encoded by itself.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Whether what follows the prompt goes on from text, rather than from an added token.</summary>
    public bool EndsInText { get; private set; }

    /// <summary>How many characters have been encoded for all prompts together.</summary>
    public long EncodedCharacters { get; private set; }

    /// <summary>Takes the next prompt.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>How many of its tokens are the ones that the prompt before began with; the others were encoded.</returns>
    public int Next(string text)
    {
        int unchanged = _text.AsSpan().CommonPrefixLength(text) - tokenizer.LookAhead;
        while (_borders.Count > 0 && _borders[^1].Offset > unchanged)
            _borders.RemoveAt(_borders.Count - 1);
        TokenBorder border = _borders.Count > 0 ? _borders[^1] : default;
        CollectionsMarshal.SetCount(_ids, border.Count);
        EndsInText = tokenizer.Append(text, border.Offset, continues: false, _ids, _borders);
        EncodedCharacters += text.Length - border.Offset;
        _text = text;
        return border.Count;
    }
}
