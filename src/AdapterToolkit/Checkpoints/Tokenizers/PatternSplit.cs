using System.Buffers;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Checkpoints;

/// <summary>Divides text at the matches of a regular expression.</summary>
/// <param name="pattern">The expression.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether the text between the matches plays the matches' part.</param>
internal sealed partial class PatternSplit(Regex pattern, PatternSplit.Behavior behavior, bool invert) : PreTokenizer
{
    /// <summary>How long one search may take. The patterns of real tokenizers need microseconds; one made to backtrack for ever is stopped.</summary>
    private static readonly TimeSpan s_longestSearch = TimeSpan.FromSeconds(10);

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
    /// <exception cref="ArgumentException">.NET cannot read the expression.</exception>
    public static Regex Compile(string expression) => new(expression, RegexOptions.Compiled | RegexOptions.CultureInvariant, s_longestSearch);

    public override void Split(ReadOnlySpan<char> text, int position, PieceHandler next)
    {
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            Split(text, text, [], position, next);
            return;
        }

        char[] standIns = ArrayPool<char>.Shared.Rent(text.Length);
        int[] starts = ArrayPool<int>.Shared.Rent(text.Length + 1);
        try
        {
            int count = CodePointStandIns.Replace(text, standIns, starts);
            Split(text, standIns.AsSpan(0, count), starts.AsSpan(0, count + 1), position, next);
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
    private void Split(ReadOnlySpan<char> text, ReadOnlySpan<char> searched, ReadOnlySpan<int> starts, int position, PieceHandler next)
    {
        var joiner = new Joiner(text, position, behavior, next);
        int end = 0;
        foreach (ValueMatch match in pattern.EnumerateMatches(searched))
        {
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
    private ref struct Joiner(ReadOnlySpan<char> text, int position, Behavior behavior, PieceHandler next)
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
                next(_text[_pendingStart.._pendingEnd], position + _pendingStart);
            _pendingStart = _pendingEnd;
        }
    }
}
