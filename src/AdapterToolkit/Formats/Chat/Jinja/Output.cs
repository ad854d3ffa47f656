namespace AdapterToolkit.Formats.Jinja;

/// <summary>The text that a template, or a block whose text is kept, has written so far, and where in it the assistant's parts are.</summary>
internal sealed class Output(Budget budget)
{
    private readonly TextBuilder _text = new(budget);
    private readonly List<Range> _spans = [];

    /// <summary>The assistant's parts, in UTF-16 units.</summary>
    public IReadOnlyList<Range> Spans => _spans;

    /// <summary>How much is written.</summary>
    public int Length => _text.Length;

    /// <summary>Writes a text.</summary>
    public void Write(string text) => _text.Append(text);

    /// <summary>Writes a text that has parts of the assistant.</summary>
    public void Write(string text, IReadOnlyList<Range> spans)
    {
        int start = Length;
        _text.Append(text);
        _spans.AddRange(spans.Select(span => new Range(start + span.Start.Value, start + span.End.Value)));
    }

    /// <summary>Marks so many characters that were written last as the assistant's. Parts of them that were marked before become one with the rest.</summary>
    public void Mark(int count)
    {
        int start = Length - count;
        while (_spans.Count > 0 && _spans[^1].Start.Value >= start)
            _spans.RemoveAt(_spans.Count - 1);
        _spans.Add(new Range(start, Length));
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
