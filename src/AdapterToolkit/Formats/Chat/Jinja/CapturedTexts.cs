namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Follows texts that macros and blocks made and that have parts of the assistant, from where they are made to where they are written.
/// The very object is followed: a text that was changed or joined with others has lost its parts.
/// </summary>
internal sealed class CapturedTexts
{
    private readonly Dictionary<string, IReadOnlyList<Range>> _spans = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _unwritten = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a text with parts of the assistant was never written as it was made.</summary>
    public bool AnyLost => _unwritten.Count > 0;

    /// <summary>Takes what a block wrote, and follows it where needed.</summary>
    public string Capture(Output output)
    {
        string text = output.ToString();
        if (output.Spans.Count > 0 && text.Length > 0)
        {
            _spans[text] = output.Spans;
            _unwritten.Add(text);
        }

        return text;
    }

    /// <summary>Writes a text, with its parts if it is one that is followed.</summary>
    public void Write(string text, Output output)
    {
        if (_spans.Count > 0 && _spans.TryGetValue(text, out IReadOnlyList<Range>? spans))
        {
            output.Write(text, spans);
            _unwritten.Remove(text);
        }
        else
        {
            output.Write(text);
        }
    }
}
