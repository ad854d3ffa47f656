namespace AdapterToolkit.Formats;

/// <summary>
/// A conversation does not fit its chat template: the template itself refuses it (<c>raise_exception</c>: "roles must alternate"), or expects members or types
/// that the messages do not have. The template is sound; one that is not is a <see cref="CheckpointException"/>.
/// </summary>
/// <remarks>The message is "template: line 3, column 7: problem".</remarks>
public sealed class ChatTemplateException : ArgumentException
{
    internal ChatTemplateException(string template, int line, int column, string problem, bool isRaisedByTemplate, Exception? innerException)
        : base($"{template}: line {line}, column {column}: {problem}", innerException)
        => (Template, Line, Column, Problem, IsRaisedByTemplate) = (template, line, column, problem, isRaisedByTemplate);

    /// <summary>The template's file, or what it was named when it was supplied.</summary>
    public string Template { get; }

    /// <summary>The line in the template, counted from one.</summary>
    public int Line { get; }

    /// <summary>The column in the line, counted from one.</summary>
    public int Column { get; }

    /// <summary>What is wrong; where the template refuses the conversation, its own words.</summary>
    public string Problem { get; }

    /// <summary>Whether the template itself refuses the conversation.</summary>
    public bool IsRaisedByTemplate { get; }
}
