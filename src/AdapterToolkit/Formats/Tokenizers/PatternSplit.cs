using System.Buffers;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Formats;

/// <summary>Divides text at the matches of a regular expression.</summary>
/// <param name="pattern">The expression.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether the text between the matches plays the matches' part.</param>
internal sealed partial class PatternSplit(Regex pattern, PatternSplit.Behavior behavior, bool invert) : PreTokenizer
{
    /// <summary>
    /// How long the search for one match may take, and that for all on top of a time for each character. The patterns of real tokenizers need microseconds; one
    /// made to backtrack for ever is stopped.
    /// </summary>
    private static readonly TimeSpan s_longestSearch = TimeSpan.FromSeconds(2), s_longestSearchPerCharacter = TimeSpan.FromMicroseconds(10);

    /// <summary>
    /// The longest expression that is accepted, and the longest that is compiled to machine code, which takes seconds for very long ones. Those of real
    /// tokenizers have some 500 characters.
    /// </summary>
    private const int LongestExpression = 10_000, LongestCompiledExpression = 2_000;

    /// <summary>What becomes of the matches; the names are the file's.</summary>
    public enum Behavior
    {
        /// <summary>They are left out.</summary>
        Removed,

        /// <summary>Each is a piece of its own.</summary>
        Isolated,

        /// <summary>Each joins the text before it.</summary>
        MergedWithPrevious,

        /// <summary>Each joins the text after it.</summary>
        MergedWithNext,

        /// <summary>Neighbours become one piece.</summary>
        Contiguous,
    }

    /// <summary>GPT-2's words: a space and letters, digits or signs, English contractions, white space up to the last one before a word.</summary>
    public static PatternSplit Gpt2Words { get; } = new(Gpt2Pattern(), Behavior.Isolated, invert: false);

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="ArgumentException">
    /// .NET can't read the expression; or it is empty, longer than any tokenizer's, or names characters beyond U+FFFF one by one.
    /// </exception>
    public static Regex Compile(string expression)
    {
        if (expression.Length == 0)
            throw new ArgumentException("It is empty.", nameof(expression));
        if (expression.Length > LongestExpression)
            throw new ArgumentException($"It has {expression.Length} characters; {LongestExpression} are accepted.", nameof(expression));
        if (expression.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            throw new ArgumentException("It names a character beyond U+FFFF; only categories of such characters can be named.", nameof(expression));
        RegexOptions compilation = expression.Length <= LongestCompiledExpression ? RegexOptions.Compiled : RegexOptions.None;
        return new Regex(expression, RegexOptions.CultureInvariant | compilation, s_longestSearch);
    }

    public override void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next)
    {
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            Split(text, text, [], continues, next);
            return;
        }

        char[] standIns = ArrayPool<char>.Shared.Rent(text.Length);
        int[] starts = ArrayPool<int>.Shared.Rent(text.Length + 1);
        try
        {
            int count = CodePointStandIns.Replace(text, standIns, starts);
            Split(text, standIns.AsSpan(0, count), starts.AsSpan(0, count + 1), continues, next);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(standIns);
            ArrayPool<int>.Shared.Return(starts);
        }
    }

    /// <summary>
    /// Searches <paramref name="searched"/>, whose character i stands for the one that begins at <paramref name="starts"/>[i] of <paramref name="text"/>
    /// (empty where both are the same text).
    /// </summary>
    private void Split(ReadOnlySpan<char> text, ReadOnlySpan<char> searched, ReadOnlySpan<int> starts, bool continues, PieceHandler next)
    {
        var joiner = new Joiner(text, continues, behavior, next);
        int end = 0;
        long begin = Stopwatch.GetTimestamp();
        foreach (ValueMatch match in pattern.EnumerateMatches(searched))
        {
            if (Stopwatch.GetElapsedTime(begin) > s_longestSearch + (s_longestSearchPerCharacter * text.Length))
                throw new RegexMatchTimeoutException();
            int start = At(starts, match.Index), stop = At(starts, match.Index + match.Length);
            joiner.Add(end, start, invert);
            joiner.Add(start, stop, !invert);
            end = stop;
        }

        joiner.Add(end, text.Length, invert);
        joiner.Finish();
    }

    private static int At(ReadOnlySpan<int> starts, int index) => starts.IsEmpty ? index : starts[index];

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Pattern();

    /// <summary>Joins matches and the text between them as the behavior asks.</summary>
    private ref struct Joiner(ReadOnlySpan<char> text, bool continues, Behavior behavior, PieceHandler next)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _pendingStart;
        private int _pendingEnd;
        private bool _pendingIsMatch;

        public void Add(int start, int end, bool isMatch)
        {
            if (start == end)
                return;
            bool joins = _pendingEnd > _pendingStart && behavior switch
            {
                Behavior.MergedWithPrevious => isMatch && !_pendingIsMatch,
                Behavior.MergedWithNext => !isMatch && _pendingIsMatch,
                Behavior.Contiguous => isMatch == _pendingIsMatch,
                _ => false,
            };
            if (!joins)
            {
                Finish();
                _pendingStart = start;
            }

            _pendingEnd = end;
            _pendingIsMatch = isMatch;
        }

        public void Finish()
        {
            if (_pendingEnd > _pendingStart && !(behavior == Behavior.Removed && _pendingIsMatch))
                next(_text[_pendingStart.._pendingEnd], continues && _pendingStart == 0);
            _pendingStart = _pendingEnd;
        }
    }
}
