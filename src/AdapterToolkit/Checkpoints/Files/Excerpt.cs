namespace AdapterToolkit.Checkpoints;

/// <summary>Shortens text that comes from a file before it is quoted in an error message.</summary>
internal static class Excerpt
{
    private const int LongestQuote = 200;

    /// <summary>Returns <paramref name="text"/>, cut where it is too long to read in a message.</summary>
    public static string Of(string text) => text.Length <= LongestQuote ? text : string.Concat(text.AsSpan(0, LongestQuote), "...");
}
