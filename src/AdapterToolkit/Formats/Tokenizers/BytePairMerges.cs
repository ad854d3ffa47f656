using System.Buffers;

namespace AdapterToolkit.Formats;

/// <summary>
/// The merges of a byte pair encoding, and how they turn the symbols of a word into tokens: of all neighbours that a merge joins, those of the earliest
/// merge first, of equals the leftmost, until no merge joins any.
/// </summary>
/// <remarks>
/// Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016. The neighbours wait in a heap, so that a word of n
/// symbols takes time in proportion to n log n, however long it is.
/// </remarks>
internal sealed class BytePairMerges
{
    /// <summary>Takes the place of a symbol that has become part of the one before it.</summary>
    private const int Gone = -1;

    private readonly Dictionary<long, Merge> _merges;

    /// <summary>Makes the table of merges.</summary>
    /// <param name="merges">
    /// The ids of left and right symbol and of what they become, first applied first. Of two merges of the same symbols the later counts, as in the reference.
    /// </param>
    public BytePairMerges(IReadOnlyList<(int Left, int Right, int Joined)> merges)
    {
        _merges = new Dictionary<long, Merge>(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
            _merges[Pack(merges[rank].Left, merges[rank].Right)] = new Merge(rank, merges[rank].Joined);
    }

    /// <summary>What two neighbours become, and how early.</summary>
    private readonly record struct Merge(int Rank, int Joined);

    /// <summary>Merges a word's symbols.</summary>
    /// <param name="word">The symbols' ids; they are overwritten.</param>
    /// <returns>The ids of the word's tokens.</returns>
    public int[] Apply(Span<int> word)
    {
        if (word.Length < 2)
            return word.ToArray();
        int[] previous = ArrayPool<int>.Shared.Rent(word.Length), next = ArrayPool<int>.Shared.Rent(word.Length);
        try
        {
            Chain chain = new(word, previous, next, this);
            chain.MergeAll();
        }
        finally
        {
            ArrayPool<int>.Shared.Return(previous);
            ArrayPool<int>.Shared.Return(next);
        }

        int count = 0;
        foreach (int symbol in word)
        {
            if (symbol != Gone)
                word[count++] = symbol;
        }

        return word[..count].ToArray();
    }

    /// <summary>Two numbers that are not negative as one, ordered by the first.</summary>
    private static long Pack(int first, int second) => ((long)first << 32) | (uint)second;

    /// <summary>A word's symbols, each of which knows its neighbours, and the pairs of them that wait to be merged.</summary>
    private readonly ref struct Chain
    {
        private readonly Span<int> _symbols;
        private readonly Span<int> _previous;
        private readonly Span<int> _next;
        private readonly BytePairMerges _table;

        /// <summary>What a pair becomes; its rank, and then its position, packed into one number, say when.</summary>
        private readonly PriorityQueue<int, long> _waiting;

        public Chain(Span<int> symbols, Span<int> previous, Span<int> next, BytePairMerges table)
        {
            _symbols = symbols;
            _previous = previous;
            _next = next;
            _table = table;
            _waiting = new PriorityQueue<int, long>(symbols.Length);
            for (int i = 0; i < symbols.Length; i++)
            {
                previous[i] = i - 1;
                next[i] = i + 1;
            }

            for (int i = 0; i + 1 < symbols.Length; i++)
                Await(i);
        }

        public void MergeAll()
        {
            while (_waiting.TryDequeue(out int joined, out long place))
            {
                // An earlier merge may have changed the pair since it began to wait.
                int left = (int)place, right = _next[left];
                if (_symbols[left] == Gone || right == _symbols.Length || !TryFind(left, right, out Merge merge) || merge.Joined != joined)
                    continue;
                _symbols[left] = joined;
                _symbols[right] = Gone;
                _next[left] = _next[right];
                if (_next[left] < _symbols.Length)
                {
                    _previous[_next[left]] = left;
                    Await(left);
                }

                if (_previous[left] >= 0)
                    Await(_previous[left]);
            }
        }

        private void Await(int left)
        {
            if (TryFind(left, _next[left], out Merge merge))
                _waiting.Enqueue(merge.Joined, Pack(merge.Rank, left));
        }

        private bool TryFind(int left, int right, out Merge merge) => _table._merges.TryGetValue(Pack(_symbols[left], _symbols[right]), out merge);
    }
}
