namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Divides a template into tokens, with the settings of transformers: the line break after a tag is dropped (<c>trim_blocks</c>), so is white space from the
/// start of a line to a tag (<c>lstrip_blocks</c>) and one line break at the template's end; <c>-</c> and <c>+</c> in a tag change that for its side.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;

    /// <summary>Whether what comes next stands at the start of a line, as far as the tag before it tells.</summary>
    private bool _atLineStart = true;

    private Lexer(string source) => _source = source;

    /// <summary>Writes line breaks as line feeds and drops one at the end, as all of a template's text is read.</summary>
    public static string Normalize(string template)
    {
        string text = template.Replace("\r\n", "\n").Replace('\r', '\n');
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>Returns the tokens of a normalized template.</summary>
    /// <exception cref="JinjaException">A tag, comment or text does not end, or a character has no meaning.</exception>
    public static IReadOnlyList<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        lexer.ReadTemplate();
        return lexer._tokens;
    }

    private void ReadTemplate()
    {
        while (FindTag() is var tag and >= 0)
        {
            int start = _position, afterSign = tag + 2;
            char sign = afterSign < _source.Length && _source[afterSign] is '-' or '+' ? _source[afterSign++] : ' ';
            char kind = _source[tag + 1];
            AddText(start, BeforeTag(start, tag, sign, stripsLine: kind != '{'));
            _position = afterSign;
            if (kind == '#')
                SkipComment(tag);
            else if (kind == '%' && TrySkipRawBegin())
                ReadRaw(tag);
            else
                ReadTag(tag, kind == '{');
        }

        AddText(_position, _source[_position..]);
        _tokens.Add(new Token(TokenKind.End, "", _source.Length));
    }

    private int FindTag()
    {
        for (int i = _source.IndexOf('{', _position); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
                return i;
        }

        return -1;
    }

    private void AddText(int offset, string text)
    {
        if (text.Length > 0)
            _tokens.Add(new Token(TokenKind.Text, text, offset));
    }

    /// <summary>The text before a tag, without the white space that the tag takes.</summary>
    private string BeforeTag(int start, int tag, char sign, bool stripsLine)
    {
        string text = _source[start..tag];
        if (sign == '-')
            return WhiteSpace.TrimEnd(text);
        if (sign == '+' || !stripsLine)
            return text;
        int line = text.LastIndexOf('\n') + 1;
        return (line > 0 || _atLineStart) && WhiteSpace.IsAll(text.AsSpan(line)) ? text[..line] : text;
    }

    private void SkipComment(int tag)
    {
        int end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw JinjaException.Template("the comment that begins here does not end.", tag);
        char sign = end > _position && _source[end - 1] is '-' or '+' ? _source[end - 1] : ' ';
        _position = end + 2;
        SkipAfterTag(sign, trimsLineBreak: true);
    }

    /// <summary>Skips what is left of <c>{% raw %}</c>, if this is one.</summary>
    private bool TrySkipRawBegin()
    {
        int i = SkipWhiteSpace(_position);
        if (!Matches(i, "raw"))
            return false;
        i = SkipWhiteSpace(i + "raw".Length);
        char sign = Matches(i, "-") ? '-' : ' ';
        i += sign == '-' ? 1 : 0;
        if (!Matches(i, "%}"))
            return false;
        _position = i + 2;
        SkipAfterTag(sign, trimsLineBreak: false);
        return true;
    }

    private void ReadRaw(int tag)
    {
        for (int begin = _source.IndexOf("{%", _position, StringComparison.Ordinal);
            begin >= 0;
            begin = _source.IndexOf("{%", begin + 1, StringComparison.Ordinal))
        {
            int i = begin + 2;
            char before = Matches(i, "-") || Matches(i, "+") ? _source[i++] : ' ';
            i = SkipWhiteSpace(i);
            if (!Matches(i, "endraw"))
                continue;
            i = SkipWhiteSpace(i + "endraw".Length);
            char after = Matches(i, "-") || Matches(i, "+") ? _source[i++] : ' ';
            if (!Matches(i, "%}"))
                continue;
            AddText(_position, BeforeTag(_position, begin, before, stripsLine: true));
            _position = i + 2;
            SkipAfterTag(after, trimsLineBreak: true);
            return;
        }

        throw JinjaException.Template("the raw text that begins here does not end.", tag);
    }

    /// <summary>Reads the tokens in <c>{{ }}</c> or <c>{% %}</c>. Between brackets its end is none: <c>{{ {'a': {}} }}</c>.</summary>
    private void ReadTag(int tag, bool isOutput)
    {
        string end = isOutput ? "}}" : "%}";
        var brackets = new Stack<char>();
        _tokens.Add(new Token(isOutput ? TokenKind.OutputBegin : TokenKind.TagBegin, _source.Substring(tag, 2), tag));
        while (true)
        {
            _position = SkipWhiteSpace(_position);
            if (_position >= _source.Length)
                throw JinjaException.Template($"the tag that begins here does not end: '{end}' is missing.", tag);
            if (brackets.Count == 0 && TryReadEnd(end, isOutput))
                return;
            ReadToken(brackets);
        }
    }

    private bool TryReadEnd(string end, bool isOutput)
    {
        int i = _position;
        char sign = Matches(i, "-") || (Matches(i, "+") && !isOutput) ? _source[i++] : ' ';
        if (!Matches(i, end))
            return false;
        _tokens.Add(new Token(isOutput ? TokenKind.OutputEnd : TokenKind.TagEnd, end, _position));
        _position = i + end.Length;
        SkipAfterTag(sign, trimsLineBreak: !isOutput);
        return true;
    }

    private void SkipAfterTag(char sign, bool trimsLineBreak)
    {
        int end = _position;
        if (sign == '-')
            _position = SkipWhiteSpace(_position);
        else if (sign != '+' && trimsLineBreak && Matches(_position, "\n"))
            _position++;
        _atLineStart = _position > end && _source[_position - 1] == '\n';
    }

    private void ReadToken(Stack<char> brackets)
    {
        int start = _position;
        char first = _source[start];
        if (char.IsAsciiDigit(first))
        {
            int length = NumberScanner.Measure(_source, start, out TokenKind kind);
            Add(kind, length);
        }
        else if (NameScanner.Measure(_source, start) is var length and > 0)
        {
            Add(TokenKind.Name, length);
        }
        else if (first is '\'' or '"')
        {
            string value = StringLiteral.Read(_source, start, out int end);
            _tokens.Add(new Token(TokenKind.String, value, start));
            _position = end;
        }
        else if (Operators.Find(_source, start) is { } text)
        {
            Balance(brackets, text[0], start);
            Add(TokenKind.Operator, text.Length);
        }
        else
        {
            throw JinjaException.Template($"the character '{first}' has no meaning here.", start);
        }
    }

    private void Add(TokenKind kind, int length)
    {
        _tokens.Add(new Token(kind, _source.Substring(_position, length), _position));
        _position += length;
    }

    private static void Balance(Stack<char> brackets, char character, int offset)
    {
        switch (character)
        {
            case '(':
                brackets.Push(')');
                break;
            case '[':
                brackets.Push(']');
                break;
            case '{':
                brackets.Push('}');
                break;
            case ')' or ']' or '}':
                if (!brackets.TryPop(out char expected) || expected != character)
                    throw JinjaException.Template($"'{character}' closes no bracket.", offset);
                break;
        }
    }

    private bool Matches(int position, string text) => string.CompareOrdinal(_source, position, text, 0, text.Length) == 0;

    private int SkipWhiteSpace(int position)
    {
        while (position < _source.Length && WhiteSpace.Is(_source[position]))
            position++;
        return position;
    }
}
