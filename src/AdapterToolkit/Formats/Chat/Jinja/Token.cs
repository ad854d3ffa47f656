namespace AdapterToolkit.Formats.Jinja;

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a <see cref="TokenKind.String"/> the value.</param>
/// <param name="Offset">Where it begins in the template.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset)
{
    /// <summary>The token in an error message.</summary>
    public string Description => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.TagEnd => "'%}'",
        TokenKind.OutputEnd => "'}}'",
        TokenKind.String => "a text",
        _ => $"'{Excerpt.Of(Text)}'",
    };

    /// <summary>Whether this is the given operator.</summary>
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    /// <summary>Whether this is the given name.</summary>
    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;
}
