using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>Which files hold which words.</summary>
internal sealed class WordIndex
{
    private readonly Dictionary<int, List<SyntaxTree>> _files = [];
    private readonly List<SyntaxTree> _withAny = [];

    /// <summary>Writes down the words of files.</summary>
    public WordIndex(IEnumerable<SyntaxTree> files)
    {
        foreach (SyntaxTree file in files)
        {
            FileWords words = FileWords.Of(file);
            if (words.MayHoldAny)
            {
                _withAny.Add(file);
                continue;
            }

            foreach (int word in words.Hashes)
            {
                if (!_files.TryGetValue(word, out List<SyntaxTree>? holders))
                    _files.Add(word, holders = []);
                holders.Add(file);
            }
        }
    }

    /// <summary>The files that may hold a word.</summary>
    public IEnumerable<SyntaxTree> FilesWith(string word) =>
        _files.TryGetValue(FileWords.HashOf(word), out List<SyntaxTree>? files) ? files.Concat(_withAny) : _withAny;
}
