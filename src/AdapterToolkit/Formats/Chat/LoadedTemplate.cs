using AdapterToolkit.Formats.Jinja;

namespace AdapterToolkit.Formats;

/// <summary>A template that was read, and where from: turns the interpreter's errors into those that leave the library.</summary>
internal sealed class LoadedTemplate
{
    private readonly JinjaTemplate _template;

    private LoadedTemplate(JinjaTemplate template, string source) => (_template, Source) = (template, source);

    /// <summary>Where it comes from.</summary>
    public string Source { get; }

    /// <summary>Whether it marks what the assistant writes.</summary>
    public bool HasGeneration => _template.HasGeneration;

    /// <summary>Reads a template.</summary>
    /// <exception cref="CheckpointException">It is malformed or uses what is not supported.</exception>
    public static LoadedTemplate Parse(string template, string source)
    {
        try
        {
            return new LoadedTemplate(JinjaTemplate.Parse(template), source);
        }
        catch (JinjaException exception)
        {
            throw Translate(exception, Lexer.Normalize(template), source);
        }
    }

    /// <summary>Renders the template.</summary>
    /// <exception cref="CheckpointException">It does what is not supported, not allowed, or too much.</exception>
    /// <exception cref="ChatTemplateException">What it is given does not fit it.</exception>
    public (Output Output, CapturedTexts Captured) Render(IEnumerable<KeyValuePair<string, object>> variables, Rendering rendering)
    {
        try
        {
            return Evaluator.Render(_template, variables, rendering);
        }
        catch (JinjaException exception)
        {
            throw Translate(exception, _template.Source, Source);
        }
    }

    private static Exception Translate(JinjaException exception, string text, string source)
    {
        (int line, int column) = SourceText.Locate(text, exception.Offset ?? 0);
        return exception.Fault == JinjaFault.Template
            ? new CheckpointException(source, $"line {line}, column {column}: {exception.Message}", innerException: exception)
            : new ChatTemplateException(source, line, column, exception.Message, exception.Fault == JinjaFault.Raised, exception);
    }
}
