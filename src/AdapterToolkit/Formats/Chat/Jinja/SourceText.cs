namespace AdapterToolkit.Formats.Jinja;

/// <summary>Tells line and column of a place in a template.</summary>
internal static class SourceText
{
    /// <summary>The place as errors name it; both numbers count from one.</summary>
    public static (int Line, int Column) Locate(string source, int offset)
    {
        ReadOnlySpan<char> before = source.AsSpan(0, Math.Min(offset, source.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}
