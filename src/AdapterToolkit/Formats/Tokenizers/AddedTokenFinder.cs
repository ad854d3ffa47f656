using System.Buffers;
using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// Finds added tokens in a text: the leftmost first and, of several that begin at one place, the longest. White space that a token takes is searched all the
/// same: a token in it is found too.
/// </summary>
internal sealed class AddedTokenFinder
{
    /// <summary>The UTF-16 units of the longest character.</summary>
    private const int LongestCharacter = 2;

    private readonly SearchValues<string> _contents;
    private readonly ILookup<char, AddedToken> _longestFirst;
    private readonly bool _isEmpty;

    /// <summary>Creates a finder.</summary>
    /// <param name="tokens">The tokens to find, whose texts are not empty.</param>
    public AddedTokenFinder(IReadOnlyCollection<AddedToken> tokens)
    {
        _isEmpty = tokens.Count == 0;
        _contents = SearchValues.Create([.. tokens.Select(token => token.Content)], StringComparison.Ordinal);
        _longestFirst = tokens.OrderByDescending(token => token.Content.Length).ToLookup(token => token.Content[0]);
        LookAhead = tokens.Select(token => token.Content.Length).DefaultIfEmpty(0).Max() + LongestCharacter;
    }

    /// <summary>How many characters from a place on tell, at the most, which tokens end before it: a longer token could begin there, or a word go on.</summary>
    public int LookAhead { get; }

    /// <summary>A part of a text: an added token, or text between them (<see cref="Token"/> is null).</summary>
    public readonly record struct Part(int Start, int Length, AddedToken? Token);

    /// <summary>
    /// Divides a text into added tokens and what lies between them; the parts cover it in order, and overlap only where a token lies in white space that
    /// another one takes.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to begin: at the text's start, or at the end of a token that was found and takes no white space after it.</param>
    public IEnumerable<Part> Divide(string text, int start = 0)
    {
        int done = start;
        int from = start;
        while (!_isEmpty && from < text.Length)
        {
            int found = text.AsSpan(from).IndexOfAny(_contents);
            if (found < 0)
                break;
            int begin = from + found;
            AddedToken token = LongestAt(text, begin);
            int end = begin + token.Content.Length;
            from = end;
            if (token.SingleWord && (EndsInWord(text.AsSpan(0, begin)) || BeginsWithWord(text.AsSpan(end))))
                continue;
            if (token.StripLeft)
                begin = Math.Max(done, text.AsSpan(0, begin).TrimEnd().Length);
            if (token.StripRight)
                end = text.Length - text.AsSpan(end).TrimStart().Length;
            if (done < begin)
                yield return new Part(done, begin - done, null);
            // A token all of which another one took with the white space around it is that other one's.
            if (begin < end)
                yield return new Part(begin, end - begin, token);
            done = end;
        }

        if (done < text.Length)
            yield return new Part(done, text.Length - done, null);
    }

    private AddedToken LongestAt(string text, int start)
        => _longestFirst[text[start]].First(token => text.AsSpan(start).StartsWith(token.Content, StringComparison.Ordinal));

    private static bool EndsInWord(ReadOnlySpan<char> text)
        => Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && IsWordCharacter(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text)
        => Rune.DecodeFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && IsWordCharacter(rune);

    /// <summary>
    /// The reference's regular expression <c>\w</c>: letters, marks, decimal digits, letter-like numbers and connectors, and, as Unicode has it, joiners and
    /// letters in circles and squares.
    /// </summary>
    private static bool IsWordCharacter(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        || rune.Value is 0x200C or 0x200D
            or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
