namespace AdapterToolkit.Formats.Jinja;

/// <summary>The operators and brackets of expressions.</summary>
internal static class Operators
{
    private static readonly string[] s_longestFirst =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    /// <summary>The operator at a place, or null.</summary>
    public static string? Find(string source, int start)
        => Array.Find(s_longestFirst, text => string.CompareOrdinal(source, start, text, 0, text.Length) == 0);
}
