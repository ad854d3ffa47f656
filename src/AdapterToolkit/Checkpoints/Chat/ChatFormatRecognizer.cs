using System.Globalization;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Checkpoints;

/// <summary>Recognizes ChatML's and Llama 3's form in a Jinja template, and takes from it what varies between checkpoints.</summary>
internal static partial class ChatFormatRecognizer
{
    private const string Supported = "Only ChatML's form (<|im_start|>role ... <|im_end|>) and Llama 3's (<|start_header_id|>role<|end_header_id|> ... <|eot_id|>) are supported.";

    /// <summary>Words of templates that rewrite contents (the thoughts of reasoning models), which markers alone do not show.</summary>
    private static readonly string[] s_rewriting = ["<think>", "reasoning_content", "<|thinking|>"];

    public static ChatFormat Recognize(string template, string source, string? beginningOfText)
    {
        string text = Simplify(template);
        bool isChatMl = text.Contains("<|im_start|>") && text.Contains("<|im_end|>\n");
        bool isLlama3 = text.Contains("<|start_header_id|>") && text.Contains("<|end_header_id|>\n\n") && text.Contains("<|eot_id|>");
        if (isChatMl == isLlama3)
            throw new CheckpointException(source, $"the chat template has a form that is not supported. {Supported}");
        if (s_rewriting.FirstOrDefault(text.Contains) is { } word)
            throw new CheckpointException(source, $"the chat template rewrites messages ('{word}'), which is not supported. {Supported}");

        string beginning = ReadBeginningOfText(text, source, beginningOfText);
        bool trims = ContentTrimming().IsMatch(text);
        return isChatMl
            ? new ChatFormat
            {
                HeaderStart = "<|im_start|>",
                HeaderEnd = "\n",
                MessageEnd = "<|im_end|>",
                AfterMessage = "\n",
                BeginningOfText = beginning,
                DefaultSystemText = ReadDefaultSystemText(text, "<|im_start|>system\n", "<|im_end|>"),
                TrimsContent = trims,
            }
            : new ChatFormat
            {
                HeaderStart = "<|start_header_id|>",
                HeaderEnd = "<|end_header_id|>\n\n",
                MessageEnd = "<|eot_id|>",
                AfterMessage = "",
                BeginningOfText = beginning,
                DefaultSystemText = ReadDefaultSystemText(text, "<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
                SystemPreamble = ReadSystemPreamble(text, source),
                TrimsContent = trims,
            };
    }

    /// <summary>Removes comments, writes line breaks as themselves, and joins texts that the template puts together from pieces ('a' + 'b').</summary>
    private static string Simplify(string template)
    {
        string text = Comment().Replace(template.ReplaceLineEndings("\n"), "").Replace("\\n", "\n");
        return JoinedPieces().Replace(text, "");
    }

    private static string ReadBeginningOfText(string text, string source, string? beginningOfText)
    {
        const string written = "<|begin_of_text|>";
        if (!text.Contains("bos_token"))
            return text.Contains(written) ? written : "";
        return beginningOfText ?? throw new CheckpointException(source, "the chat template begins with 'bos_token', but no such token is named in 'tokenizer_config.json'.");
    }

    /// <summary>A system message with a fixed text: written out between the markers, or set as a variable that a given one replaces.</summary>
    private static string? ReadDefaultSystemText(string text, string start, string end)
    {
        // In a quoted text no other quote of its kind may come before the end marker; outside of quotes no expression may.
        string markers = Regex.Escape(start) + "(?<text>{0})" + Regex.Escape(end);
        string quoted = "(?<quote>['\"])" + string.Format(CultureInfo.InvariantCulture, markers, @"(?:(?!\k<quote>)[^\\]|\\.)*?");
        string plain = @"[%}]\}\n?" + string.Format(CultureInfo.InvariantCulture, markers, "[^{]*?");
        foreach (string pattern in (ReadOnlySpan<string>)[quoted, plain])
        {
            Match match = Regex.Match(text, pattern, RegexOptions.Singleline | RegexOptions.CultureInvariant);
            if (match.Success)
                return Unescape(match.Groups["text"].Value);
        }

        Match variable = SystemVariable().Match(text);
        return variable.Success && variable.Groups["text"].Length > 0 ? Unescape(variable.Groups["text"].Value) : null;
    }

    /// <summary>Llama 3.1 and later begin every system text with the month that their knowledge ends in, and a date: fixed in the template, or today's.</summary>
    private static Func<string> ReadSystemPreamble(string text, string source)
    {
        Match knowledge = KnowledgeDate().Match(text);
        if (!knowledge.Success)
            return () => "";
        string before = knowledge.Value + "Today Date: ";
        if (text.Contains("strftime_now("))
            return () => before + DateTime.Now.ToString("dd MMM yyyy", CultureInfo.InvariantCulture) + "\n\n";
        Match date = FixedDate().Match(text);
        return date.Success
            ? () => before + date.Groups["text"].Value + "\n\n"
            : throw new CheckpointException(source, "the chat template writes a date that is not found in it.");
    }

    private static string Unescape(string text) => EscapedCharacter().Replace(text, "$1");

    [GeneratedRegex(@"\{#.*?#\}", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<quote>['""])\s*(?:[+~]|-?\}\}(?:\{\{|\s*\{\{-))\s*\k<quote>")]
    private static partial Regex JoinedPieces();

    [GeneratedRegex(@"content['""]?\]?\s*(?:\|\s*trim|\.strip\(\))")]
    private static partial Regex ContentTrimming();

    [GeneratedRegex(@"set\s+(?:default_)?system_(?:message|prompt)\s*=\s*(?<quote>['""])(?<text>(?:(?!\k<quote>)[^\\]|\\.)*?)\k<quote>", RegexOptions.Singleline)]
    private static partial Regex SystemVariable();

    [GeneratedRegex(@"Cutting Knowledge Date: [^'""\n]*\n")]
    private static partial Regex KnowledgeDate();

    [GeneratedRegex(@"set\s+date_string\s*=\s*['""](?<text>[^'""]*)['""]")]
    private static partial Regex FixedDate();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex EscapedCharacter();
}
