using System.Runtime.CompilerServices;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The tokens of a template, read one by one.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    /// <summary>How deep expressions and blocks may nest; templates have less than ten levels of each.</summary>
    private const int DeepestNesting = 200;

    private int _position;
    private int _depth;

    /// <summary>The next token.</summary>
    public Token Current => tokens[_position];

    /// <summary>The token after the next one.</summary>
    public Token Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    /// <summary>Reads the next token.</summary>
    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End)
            _position++;
        return token;
    }

    /// <summary>Reads the next token if it is the given operator.</summary>
    public bool SkipOperator(string text)
    {
        bool matches = Current.IsOperator(text);
        if (matches)
            Next();
        return matches;
    }

    /// <summary>Reads the next token if it is the given name.</summary>
    public bool SkipName(string text)
    {
        bool matches = Current.IsName(text);
        if (matches)
            Next();
        return matches;
    }

    /// <summary>Reads a token that must be the given operator.</summary>
    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Next() : throw Unexpected($"'{text}'");

    /// <summary>Reads a token that must be the given name.</summary>
    public Token ExpectName(string text) => Current.IsName(text) ? Next() : throw Unexpected($"'{text}'");

    /// <summary>Reads a token that must be of the given kind.</summary>
    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    /// <summary>The error that something else should stand here.</summary>
    public JinjaException Unexpected(string expected) => Error($"{Current.Description} stands where {expected} is expected.");

    /// <summary>An error at the next token.</summary>
    public JinjaException Error(string message) => JinjaException.Template(message, Current.Offset);

    /// <summary>Parses something that may contain others of its kind, no deeper than is safe.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error($"expressions or blocks are nested more than {DeepestNesting} deep.");
        T result = parse();
        _depth--;
        return result;
    }
}
