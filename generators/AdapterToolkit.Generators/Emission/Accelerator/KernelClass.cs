using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the class around a set of kernels and the heads of the kernels in it.</summary>
internal static class KernelClass
{
    /// <summary>Waits for the other threads of the group.</summary>
    public const string Barrier = "Group.Barrier();";

    private static readonly string[] s_aliases =
    [
        RuntimeNames.Alias(RuntimeNames.Float4),
        "using Grid = global::ILGPU.Grid;",
        "using Group = global::ILGPU.Group;",
        "using Math = global::System.Math;",
        "using SharedMemory = global::ILGPU.SharedMemory;",
        "using View = global::ILGPU.ArrayView<float>;",
    ];

    private static readonly string[] s_parts = ["X", "Y", "Z", "W"];

    /// <summary>The members of a quadruple of numbers, in order.</summary>
    public static IReadOnlyList<string> Parts => s_parts;

    /// <summary>
    /// Opens a file and a class of kernels in it. ILGPU's launchers need access to kernels, so the class is public. The short
    /// names stand inside the namespace, where no name of the user's can meet them.
    /// </summary>
    public static SourceWriter Open(string space, string name, string summary, CancellationToken cancellation, params IEnumerable<string> aliases)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        foreach (string alias in s_aliases.Concat(aliases).OrderBy(alias => alias, StringComparer.Ordinal))
            writer.Line(alias);
        writer.Line();
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        writer.Line(GeneratedCode.Attribute);
        writer.Open($"public static class {name}");
        return writer;
    }

    /// <summary>Ends the class and the file.</summary>
    public static string Close(SourceWriter writer)
    {
        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    /// <summary>Opens a kernel, with its formula above it.</summary>
    public static void OpenKernel(SourceWriter writer, string name, string summary, params string[] parameters)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"[{RuntimeNames.Kernel}]");
        writer.Open($"public static void {name}({string.Join(", ", parameters)})");
    }

    /// <summary>The smaller of two whole numbers.</summary>
    public static string Min(string left, string right) => $"Math.Min({left}, {right})";

    /// <summary>An index plus a constant, which is left out where it is zero.</summary>
    public static string Plus(string index, int constant) => constant == 0 ? index : $"{index} + {constant}";
}
