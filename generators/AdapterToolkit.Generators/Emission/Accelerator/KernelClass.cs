namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the class around a set of kernels and the heads of the kernels in it.</summary>
internal static class KernelClass
{
    /// <summary>ILGPU's view of device memory.</summary>
    public const string View = "global::ILGPU.ArrayView<float>";

    /// <summary>The quadruple of numbers that shared memory gives at once.</summary>
    public const string Quadruple = "global::AdapterToolkit.Operators.Float4";

    /// <summary>The index of the thread in its group.</summary>
    public const string ThreadIndex = "global::ILGPU.Group.IdxX";

    /// <summary>The group's column among the groups.</summary>
    public const string GroupColumn = "global::ILGPU.Grid.IdxX";

    /// <summary>The group's row among the groups.</summary>
    public const string GroupRow = "global::ILGPU.Grid.IdxY";

    /// <summary>Waits for the other threads of the group.</summary>
    public const string Barrier = "global::ILGPU.Group.Barrier();";

    private static readonly string[] s_parts = ["X", "Y", "Z", "W"];

    /// <summary>The members of a quadruple, in order.</summary>
    public static IReadOnlyList<string> Parts => s_parts;

    /// <summary>Opens a class of kernels. ILGPU's launchers need access to kernels, so it is public.</summary>
    public static void Open(SourceWriter writer, string name, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        writer.Open($"public static class {name}");
    }

    /// <summary>Opens a kernel, with its formula above it.</summary>
    public static void OpenKernel(SourceWriter writer, string name, string summary, params string[] parameters)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line("[global::AdapterToolkit.Kernel]");
        writer.Line($"public static void {name}(");
        writer.Indent();
        for (int i = 0; i < parameters.Length; i++)
            writer.Line(parameters[i] + (i == parameters.Length - 1 ? ")" : ","));
        writer.Unindent();
        writer.Open();
    }

    /// <summary>The smaller of two whole numbers.</summary>
    public static string Min(string left, string right) => $"global::System.Math.Min({left}, {right})";

    /// <summary>An index plus a constant, which is left out where it is zero.</summary>
    public static string Plus(string index, int constant) => constant == 0 ? index : $"{index} + {constant}";
}
