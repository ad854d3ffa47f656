namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// A template can't be read, or can't be rendered. Does not leave the library: <see cref="ChatTemplate"/> turns it into a documented exception that names the
/// template.
/// </summary>
internal sealed class JinjaException(JinjaFault fault, string message, int? offset = null) : Exception(message)
{
    /// <summary>Who is at fault.</summary>
    public JinjaFault Fault { get; } = fault;

    /// <summary>Where in the template, or null where what threw does not know.</summary>
    public int? Offset { get; private set; } = offset;

    /// <summary>Says where in the template, unless that is known.</summary>
    public JinjaException At(int offset)
    {
        Offset ??= offset;
        return this;
    }

    /// <summary>The template's text is no template, or uses what is not supported or not allowed.</summary>
    public static JinjaException Template(string message, int? offset = null) => new(JinjaFault.Template, message, offset);

    /// <summary>The values do not fit what the template does with them.</summary>
    public static JinjaException Values(string message) => new(JinjaFault.Values, message);
}
