using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Which words the text of one file holds. To read characters is many times faster than to go over the syntax, and a file without a word can't use the name.
/// Words are kept as hashes, so that one may seem to be there that is not.
/// </summary>
internal sealed class FileWords
{
    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, FileWords> s_known = new();

    private readonly HashSet<int> _words = [];

    private FileWords(WrittenText written) => MayHoldAny = !Read(written.Text, written.Start);

    /// <summary>Whether names are written so that the text does not show them.</summary>
    public bool MayHoldAny { get; }

    /// <summary>The hashes of the words.</summary>
    public IReadOnlyCollection<int> Hashes => _words;

    /// <summary>The words of a file.</summary>
    public static FileWords Of(SyntaxTree tree) => s_known.GetValue(tree, static tree => new FileWords(WrittenText.Of(tree)));

    /// <summary>Whether a file may hold a word.</summary>
    public bool MayHold(string word) => MayHoldAny || _words.Contains(HashOf(word));

    /// <summary>The hash of a word.</summary>
    public static int HashOf(string word)
    {
        int hash = 0;
        foreach (char character in word)
            hash = Next(hash, character);
        return hash;
    }

    /// <summary>Reads the words.</summary>
    /// <returns>Whether all names are written as they are.</returns>
    private bool Read(string text, int start)
    {
        bool isPlain = true, isWord = false;
        int hash = 0;
        for (int i = start; i < text.Length; i++)
        {
            char character = text[i];
            if (WrittenText.IsOfWord(character))
            {
                hash = Next(hash, character);
                isWord = true;
                continue;
            }

            isPlain &= character < 128 ? character != '\\' || i + 1 == text.Length || (text[i + 1] | 0x20) != 'u'
                : char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.LetterNumber);
            if (isWord)
                _words.Add(hash);
            isWord = false;
            hash = 0;
        }

        if (isWord)
            _words.Add(hash);
        return isPlain;
    }

    private static int Next(int hash, char character) => unchecked((hash * 31) + character);
}
