using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The text of one file that can name something: all but the imports before its first declaration.</summary>
/// <param name="text">The text of the whole file.</param>
/// <param name="start">Where the first declaration begins.</param>
internal sealed class WrittenText(string text, int start)
{
    /// <summary>The text of the whole file.</summary>
    public string Text => text;

    /// <summary>Where the first declaration begins; the begin of the file where an import gives a type another name.</summary>
    public int Start => start;

    /// <summary>The text of a file.</summary>
    public static WrittenText Of(SyntaxTree tree)
    {
        string text = tree.GetText().ToString();
        if (tree.GetRoot() is not CompilationUnitSyntax unit || unit.Usings.Any(import => import.Alias is not null))
            return new WrittenText(text, 0);
        return new WrittenText(text, unit.Members.Count > 0 ? unit.Members[0].FullSpan.Start : text.Length);
    }

    /// <summary>Where a part of a word stands, in whatever case.</summary>
    /// <param name="part">The part of a word.</param>
    public IEnumerable<int> PlacesOfPart(string part)
    {
        for (int found = text.IndexOf(part, start, StringComparison.OrdinalIgnoreCase); found >= 0;
            found = text.IndexOf(part, found + part.Length, StringComparison.OrdinalIgnoreCase))
            yield return found;
    }

    /// <summary>The words that hold a part, in whatever case.</summary>
    /// <param name="part">The part of a word.</param>
    public IEnumerable<string> WordsWith(string part)
    {
        foreach (int place in PlacesOfPart(part))
        {
            int first = place, end = place + part.Length;
            while (first > 0 && IsOfWord(text[first - 1]))
                first--;
            while (end < text.Length && IsOfWord(text[end]))
                end++;
            yield return text.Substring(first, end - first);
        }
    }

    /// <summary>Where a word stands.</summary>
    /// <param name="word">The whole word.</param>
    public IEnumerable<int> PlacesOf(string word)
    {
        for (int found = text.IndexOf(word, start, StringComparison.Ordinal); found >= 0;
            found = text.IndexOf(word, found + word.Length, StringComparison.Ordinal))
        {
            int end = found + word.Length;
            if ((found == 0 || !IsOfWord(text[found - 1])) && (end == text.Length || !IsOfWord(text[end])))
                yield return found;
        }
    }

    /// <summary>Whether a character can stand in an identifier.</summary>
    public static bool IsOfWord(char character) =>
        (uint)((character | 0x20) - 'a') <= 'z' - 'a' || (uint)(character - '0') <= 9 || character == '_'
            || (character > 127 && char.IsLetterOrDigit(character));
}
