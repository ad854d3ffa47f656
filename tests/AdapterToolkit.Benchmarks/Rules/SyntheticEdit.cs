namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>Edits of a file, as a keystroke makes them: a statement that stands before a body's first one.</summary>
internal static class SyntheticEdit
{
    private static readonly string[] s_forwards = ["Tensor Forward(", "Tensor forward("];

    /// <summary>An edit in a forward pass; null where the file has none with a block.</summary>
    public static string? InForward(string text, int number) =>
        s_forwards.Select(name => text.IndexOf(name, StringComparison.Ordinal)).Where(start => start >= 0).Select(start => In(text, start, number))
            .FirstOrDefault(edited => edited is not null);

    /// <summary>An edit in the file's last method.</summary>
    public static string? InBody(string text, int number) => In(text, Math.Max(0, text.LastIndexOf("    public ", StringComparison.Ordinal)), number)
        ?? In(text, 0, number);

    private static string? In(string text, int start, int number)
    {
        const string Block = ")\n    {\n";
        int found = text.IndexOf(Block, start, StringComparison.Ordinal);
        return found < 0 ? null : text.Insert(found + Block.Length, $"        int added{number} = {number}; _ = added{number} + 1;\n");
    }
}
