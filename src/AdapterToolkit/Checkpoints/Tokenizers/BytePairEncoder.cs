using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// Encodes one word by byte-level byte pair encoding: its UTF-8 bytes, as characters of <see cref="ByteLevelAlphabet"/>, are merged pair by pair
/// in the order of the merges.
/// </summary>
/// <remarks>
/// Merging is Microsoft.ML.Tokenizers' work. Its own pre-tokenizers, special tokens and normalizers are not used: they see UTF-16 units where the
/// reference sees code points, and know neither chains of pre-tokenizers nor <c>ignore_merges</c>, nor the white space that added tokens may take. Words repeat, so
/// their ids are remembered. Instances may be used from several threads.
/// </remarks>
internal sealed class BytePairEncoder
{
    private const int LongestRememberedWord = 64, MostRememberedWords = 1 << 16;

    private readonly BpeTokenizer _merger;
    private readonly IReadOnlyDictionary<string, int> _vocabulary;
    private readonly bool _ignoreMerges;
    private readonly bool[] _hasByte = new bool[256];
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordsBySpan;
    private int _remembered;

    /// <summary>Creates an encoder.</summary>
    /// <param name="vocabulary">The tokens, in <see cref="ByteLevelAlphabet"/>, and their ids.</param>
    /// <param name="merges">The merges, each as "left right", first applied first.</param>
    /// <param name="ignoreMerges">Whether a word that is a token becomes that token even where merges would not lead to it.</param>
    public BytePairEncoder(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<string> merges, bool ignoreMerges)
    {
        _vocabulary = vocabulary;
        _ignoreMerges = ignoreMerges;
        _merger = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges });
        _wordsBySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int value = 0; value < _hasByte.Length; value++)
            _hasByte[value] = vocabulary.ContainsKey(ByteLevelAlphabet.CharacterOf((byte)value).ToString());
    }

    /// <summary>Appends a word's ids.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (!_wordsBySpan.TryGetValue(word, out int[]? encoded))
        {
            encoded = Encode(word);
            if (word.Length <= LongestRememberedWord && _remembered < MostRememberedWords && _words.TryAdd(word.ToString(), encoded))
                Interlocked.Increment(ref _remembered);
        }

        ids.AddRange(encoded);
    }

    /// <summary>For each byte of a word that the vocabulary has, the index of the character that it belongs to.</summary>
    public int[] CharacterOfBytes(ReadOnlySpan<char> word)
    {
        var indices = new List<int>(word.Length);
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0; i < word.Length;)
        {
            _ = Rune.DecodeFromUtf16(word[i..], out Rune rune, out int length);
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (_hasByte[value])
                    indices.Add(i);
            }

            i += length;
        }

        return [.. indices];
    }

    private int[] Encode(ReadOnlySpan<char> word)
    {
        int most = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(most);
        char[] characters = ArrayPool<char>.Shared.Rent(most);
        try
        {
            int count = 0;
            foreach (byte value in bytes.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes)))
            {
                // A byte that the vocabulary lacks is left out, as in the reference (there is no token for what is unknown).
                if (_hasByte[value])
                    characters[count++] = ByteLevelAlphabet.CharacterOf(value);
            }

            return Merge(characters.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private int[] Merge(ReadOnlySpan<char> characters)
    {
        if (characters.IsEmpty)
            return [];
        if (_ignoreMerges && _vocabulary.TryGetValue(characters.ToString(), out int whole))
            return [whole];
        return [.. _merger.EncodeToIds(characters, considerPreTokenization: false, considerNormalization: false)];
    }
}
