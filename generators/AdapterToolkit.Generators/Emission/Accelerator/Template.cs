namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Fills holes of templates with texts of several lines, which are indented like the place where the hole is.</summary>
internal static class Template
{
    /// <summary>Lines below each other. A hole without any takes its own line with it.</summary>
    /// <param name="depth">By how many levels the hole is indented.</param>
    /// <param name="lines">The lines.</param>
    public static string Lines(int depth, IEnumerable<string> lines)
    {
        string indentation = new(' ', 4 * depth);
        IEnumerable<string> indented = Kept(string.Join("\n", lines)).Select((line, i) => i == 0 || line.Length == 0 ? line : indentation + line);
        return string.Join("\n", indented);
    }

    /// <summary>Members of a type, with an empty line between them.</summary>
    /// <param name="depth">By how many levels the hole is indented.</param>
    /// <param name="members">The members.</param>
    public static string Members(int depth, IEnumerable<string> members) => Lines(depth, [string.Join("\n\n", members)]);

    /// <summary>An index plus a constant, which is left out where it is zero.</summary>
    public static string Plus(string index, int constant) => constant == 0 ? index : $"{index} + {constant}";

    /// <summary>The member of a quadruple that holds one of several numbers.</summary>
    public static string Part(int number) => (number % 4) switch { 0 => "X", 1 => "Y", 2 => "Z", _ => "W" };

    /// <summary>The lines of a text without those of holes that nothing was put into, which have an indentation alone.</summary>
    private static IEnumerable<string> Kept(string text) => text.Split('\n').Where(line => line.Length == 0 || line.Trim().Length > 0);
}
