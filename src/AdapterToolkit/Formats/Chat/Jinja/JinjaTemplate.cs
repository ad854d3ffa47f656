namespace AdapterToolkit.Formats.Jinja;

/// <summary>A template, read and ready to be rendered. Immutable.</summary>
/// <param name="Source">Its text, line breaks normalized.</param>
/// <param name="Body">Its statements.</param>
/// <param name="HasGeneration">Whether it marks what the assistant writes with <c>{% generation %}</c>.</param>
internal sealed record JinjaTemplate(string Source, IReadOnlyList<Statement> Body, bool HasGeneration)
{
    /// <summary>Reads a template.</summary>
    /// <exception cref="JinjaException">It is malformed, or uses what is not supported.</exception>
    public static JinjaTemplate Parse(string template)
    {
        string source = Lexer.Normalize(template);
        if (CodePoints.FirstHalfPair(source) is >= 0 and int half)
            throw JinjaException.Template("half of a surrogate pair stands here, which is no character.", half);
        var parser = new Parser(new TokenStream(Lexer.Tokenize(source)));
        IReadOnlyList<Statement> body = parser.ParseTemplate();
        return new JinjaTemplate(source, body, parser.HasGeneration);
    }
}
