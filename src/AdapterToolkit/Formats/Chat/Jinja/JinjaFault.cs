namespace AdapterToolkit.Formats.Jinja;

/// <summary>What is at fault where a template does not render.</summary>
internal enum JinjaFault
{
    /// <summary>The template: its syntax, something that is not supported or not allowed, or more work than a template may do.</summary>
    Template,

    /// <summary>What it was given: values do not fit what the template does with them.</summary>
    Values,

    /// <summary>What it was given, as the template itself says by <c>raise_exception</c>.</summary>
    Raised,
}
