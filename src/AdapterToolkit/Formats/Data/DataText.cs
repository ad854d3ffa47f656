namespace AdapterToolkit.Formats;

/// <summary>A text to learn from.</summary>
/// <param name="Text">The text, with every character that the file has; line breaks of files of plain text are <c>\n</c>.</param>
/// <param name="Source">Where it comes from: a file, or a file and its line.</param>
/// <param name="IsWholeFile">Whether the text is a file of plain text (<c>.txt</c>, <c>.md</c>), as opposed to a line of a <c>.jsonl</c> file.</param>
public sealed record DataText(string Text, string Source, bool IsWholeFile);
