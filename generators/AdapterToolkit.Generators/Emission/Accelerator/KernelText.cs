namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Text that kernels have in common.</summary>
internal static class KernelText
{
    /// <summary>Members of a type, with an empty line between them.</summary>
    public static string Members(IEnumerable<string> members) => string.Join("\n\n", members);

    /// <summary>An index plus a constant, which is left out where it is zero.</summary>
    public static string Plus(string index, int constant) => constant == 0 ? index : $"{index} + {constant}";

    /// <summary>The member of a quadruple that holds one of several numbers.</summary>
    public static string Part(int number) => (number % 4) switch { 0 => "X", 1 => "Y", 2 => "Z", _ => "W" };
}
