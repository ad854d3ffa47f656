using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>Which of a compilation's files hold which words. Only files that people wrote are looked at.</summary>
internal sealed class WordIndex
{
    /// <summary>How many words are looked for file by file, before it is written down which words are in which files.</summary>
    private const int MostWithoutIndex = 64;

    private static readonly ConditionalWeakTable<Compilation, WordIndex> s_known = new();

    private readonly Lazy<Dictionary<int, List<SyntaxTree>>> _holders;
    private readonly Lazy<SyntaxTree[]> _withAny;
    private int _asked;

    private WordIndex(Compilation compilation)
    {
        Files = [.. WrittenFiles.Of(compilation)];
        _withAny = new(() => [.. Files.Where(file => FileWords.Of(file).MayHoldAny)]);
        _holders = new(Holders);
    }

    /// <summary>The files.</summary>
    public IReadOnlyList<SyntaxTree> Files { get; }

    /// <summary>The words of a compilation.</summary>
    public static WordIndex Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new WordIndex(compilation));

    /// <summary>The files that may hold a word.</summary>
    public IEnumerable<SyntaxTree> FilesWith(string word) =>
        Interlocked.Increment(ref _asked) <= MostWithoutIndex ? Files.Where(file => FileWords.Of(file).MayHold(word))
            : _holders.Value.TryGetValue(FileWords.HashOf(word), out List<SyntaxTree>? holders) ? holders.Concat(_withAny.Value)
            : _withAny.Value;

    /// <summary>The files that may hold both of two words: of those with the rarer one, those with the other.</summary>
    public IEnumerable<SyntaxTree> FilesWith(string word, string other)
    {
        (string rarer, string second) = HoldersOf(other) < HoldersOf(word) ? (other, word) : (word, other);
        return FilesWith(rarer).Where(file => FileWords.Of(file).MayHold(second));
    }

    /// <summary>In how many files a word is, once that is written down.</summary>
    private int HoldersOf(string word) =>
        _holders.IsValueCreated && _holders.Value.TryGetValue(FileWords.HashOf(word), out List<SyntaxTree>? holders) ? holders.Count : 0;

    private Dictionary<int, List<SyntaxTree>> Holders()
    {
        Dictionary<int, List<SyntaxTree>> found = [];
        foreach (SyntaxTree file in Files)
        {
            FileWords words = FileWords.Of(file);
            foreach (int word in words.MayHoldAny ? [] : words.Hashes)
            {
                if (!found.TryGetValue(word, out List<SyntaxTree>? holders))
                    found.Add(word, holders = []);
                holders.Add(file);
            }
        }

        return found;
    }
}
