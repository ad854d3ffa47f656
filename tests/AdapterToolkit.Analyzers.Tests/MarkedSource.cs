using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>A source in which <c>{|ADT0001:text|}</c> marks what should be reported.</summary>
/// <param name="Text">The source without the marks.</param>
/// <param name="Marks">What is marked, in order.</param>
internal sealed record MarkedSource(string Text, IReadOnlyList<(string Rule, TextSpan Place)> Marks)
{
    /// <summary>Reads the marks of a source.</summary>
    public static MarkedSource Read(string marked)
    {
        StringBuilder text = new();
        List<(string Rule, TextSpan Place)> marks = [];
        Stack<(string Rule, int Start)> open = [];
        for (int i = 0; i < marked.Length; i++)
        {
            if (marked.AsSpan(i).StartsWith("{|ADT"))
            {
                int colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], text.Length));
                i = colon;
            }
            else if (marked[i] == '|' && i + 1 < marked.Length && marked[i + 1] == '}' && open.Count > 0)
            {
                (string rule, int start) = open.Pop();
                marks.Add((rule, TextSpan.FromBounds(start, text.Length)));
                i++;
            }
            else
            {
                text.Append(marked[i]);
            }
        }

        return new MarkedSource(text.ToString(), marks);
    }

    /// <summary>The source behind changes of its text, each mark around what it was around.</summary>
    /// <param name="changes">The changes, in order.</param>
    public MarkedSource With(IReadOnlyList<TextChange> changes) =>
        new(SourceText.From(Text).WithChanges(changes).ToString(), [.. Marks.Select(mark => (mark.Rule, Moved(mark.Place, changes)))]);

    private static TextSpan Moved(TextSpan place, IReadOnlyList<TextChange> changes)
    {
        int start = place.Start, end = place.End;
        foreach (TextChange change in changes)
        {
            int longer = change.NewText!.Length - change.Span.Length;
            if (change.Span.End <= place.Start)
                start += longer;
            if (change.Span.End <= place.End)
                end += longer;
        }

        return TextSpan.FromBounds(start, end);
    }
}
