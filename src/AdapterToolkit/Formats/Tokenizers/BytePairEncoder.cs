using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// Encodes one word by byte-level byte pair encoding: its UTF-8 bytes are merged pair by pair in the order of the merges.
/// </summary>
/// <remarks>Words repeat, so their ids are remembered. Instances may be used from several threads.</remarks>
internal sealed class BytePairEncoder
{
    private const int LongestRememberedWord = 64, MostRememberedWords = 1 << 16;

    private readonly BytePairMerges _merges;
    private readonly IReadOnlyDictionary<string, int>? _wholeWords;
    private readonly int?[] _idOfByte = new int?[256];
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordsBySpan;
    private int _remembered;

    /// <summary>Creates an encoder.</summary>
    /// <param name="vocabulary">The tokens, in <see cref="ByteLevelAlphabet"/>, and their ids.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="ignoreMerges">Whether a word that is a token becomes that token even where merges would not lead to it.</param>
    public BytePairEncoder(IReadOnlyDictionary<string, int> vocabulary, BytePairMerges merges, bool ignoreMerges)
    {
        _merges = merges;
        _wholeWords = ignoreMerges ? vocabulary : null;
        _wordsBySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int value = 0; value < _idOfByte.Length; value++)
            _idOfByte[value] = vocabulary.TryGetValue(ByteLevelAlphabet.CharacterOf((byte)value).ToString(), out int id) ? id : null;
    }

    /// <summary>Appends a word's ids.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > LongestRememberedWord)
        {
            ids.AddRange(Encode(word));
            return;
        }

        if (!_wordsBySpan.TryGetValue(word, out int[]? encoded))
        {
            encoded = Encode(word);
            if (_remembered < MostRememberedWords && _words.TryAdd(word.ToString(), encoded))
                Interlocked.Increment(ref _remembered);
        }

        ids.AddRange(encoded);
    }

    private int[] Encode(ReadOnlySpan<char> word)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        int[] symbols = ArrayPool<int>.Shared.Rent(bytes.Length);
        try
        {
            ReadOnlySpan<byte> encoded = bytes.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes));
            if (_wholeWords is not null && _wholeWords.TryGetValue(ByteLevelAlphabet.Encode(encoded), out int whole))
                return [whole];
            int count = 0;
            foreach (byte value in encoded)
            {
                // A byte that the vocabulary lacks is left out, as in the reference (there is no token for what is unknown).
                if (_idOfByte[value] is { } id)
                    symbols[count++] = id;
            }

            return _merges.Apply(symbols.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<int>.Shared.Return(symbols);
        }
    }
}
