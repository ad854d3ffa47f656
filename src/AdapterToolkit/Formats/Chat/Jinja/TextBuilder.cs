using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Builds a text, no longer than a rendering may make one.</summary>
internal sealed class TextBuilder(Budget budget)
{
    private readonly StringBuilder _text = new();

    /// <summary>The characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Appends a text.</summary>
    public TextBuilder Append(ReadOnlySpan<char> text)
    {
        budget.SpendText(text.Length);
        Check(text.Length);
        _text.Append(text);
        return this;
    }

    /// <summary>Appends a character, several times.</summary>
    public TextBuilder Append(char character, int count = 1)
    {
        budget.SpendText(count);
        Check(count);
        _text.Append(character, count);
        return this;
    }

    private void Check(int added)
    {
        if ((long)_text.Length + added > Budget.LongestText)
            budget.SpendText((long)_text.Length + added);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
