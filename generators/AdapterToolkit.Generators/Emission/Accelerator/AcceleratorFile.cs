using System.Text.RegularExpressions;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints what surrounds emitted text for accelerators: the file, its short names, and the class that the kernels of an assembly share.</summary>
internal static class AcceleratorFile
{
    /// <summary>The class that holds the kernels and their parts.</summary>
    public const string SharedClass = "AcceleratorKernels";

    /// <summary>The mark of a kernel.</summary>
    public const string KernelMark = $"[{RuntimeNames.Kernel}]";

    private static readonly string[] s_aliases =
    [
        RuntimeNames.Alias(RuntimeNames.AcceleratorDevice),
        "using Bytes = global::ILGPU.ArrayView<byte>;",
        RuntimeNames.Alias(RuntimeNames.FourFloats),
        RuntimeNames.Alias(RuntimeNames.FrozenWeight),
        RuntimeNames.Alias(RuntimeNames.FunnelShift),
        "using Grid = global::ILGPU.Grid;",
        "using Group = global::ILGPU.Group;",
        "using Interop = global::ILGPU.Interop;",
        "using KernelConfig = global::ILGPU.KernelConfig;",
        RuntimeNames.Alias(RuntimeNames.LowRankFactors),
        RuntimeNames.Alias(RuntimeNames.LowRankPlacement),
        RuntimeNames.Alias(RuntimeNames.LowRankTerms),
        "using Math = global::System.Math;",
        RuntimeNames.Alias(RuntimeNames.NumberOrder),
        RuntimeNames.Alias(RuntimeNames.PackedWeight),
        RuntimeNames.Alias(RuntimeNames.ProductTile),
        RuntimeNames.Alias(RuntimeNames.Quadruple),
        $"using Quads = global::ILGPU.ArrayView<{RuntimeNames.FourFloats}>;",
        "using SharedMemory = global::ILGPU.SharedMemory;",
        RuntimeNames.Alias(RuntimeNames.SixteenBitNumbers),
        RuntimeNames.Alias(RuntimeNames.Tensor),
        "using Utilities = global::ILGPU.Util.Utilities;",
        "using View = global::ILGPU.ArrayView<float>;",
        "using Words = global::ILGPU.ArrayView<uint>;",
    ];

    private static readonly Regex s_word = new(@"\b[A-Z]\w*", RegexOptions.CultureInvariant);

    /// <summary>What launches and views of tensors are called, which are extension members.</summary>
    private static readonly Regex s_members = new(@"\.(Launch|View|ViewOf)\b", RegexOptions.CultureInvariant);

    /// <summary>A file with members of the shared class.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="members">The members.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Shared(string space, string members, CancellationToken cancellation) =>
        Print(space, [], $"partial class {SharedClass}", members, cancellation);

    /// <summary>
    /// The file that declares the shared class. ILGPU's launchers need access to kernels and to what these take, so the class
    /// is public.
    /// </summary>
    /// <inheritdoc cref="Shared"/>
    public static string Declaration(string space, string members, CancellationToken cancellation) => Print(
        space,
        [],
        $"""
        /// <summary>What the products of all linear layers of this assembly share on accelerators: the kernels, and what they are made of.</summary>
        [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
        {GeneratedCode.Attribute}
        public static partial class {SharedClass}
        """,
        members,
        cancellation);

    /// <summary>A file with members of a set of kernels of one configuration, which see those of the shared class.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="className">The set's class.</param>
    /// <param name="members">The members.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Configuration(string space, string className, string members, CancellationToken cancellation) =>
        Print(space, [$"using static global::{space}.{SharedClass};"], $"partial class {className}", members, cancellation);

    /// <summary>The short names stand inside the namespace, where no name of the user's can meet them; only those that occur.</summary>
    private static string Print(string space, string[] directives, string head, string members, CancellationToken cancellation)
    {
        HashSet<string> words = [.. s_word.Matches(members).Cast<Match>().Select(match => match.Value)];
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Line("// What is public is so for ILGPU's launchers; nobody else calls it.");
        writer.Line("#pragma warning disable CS1591");
        writer.Line();
        writer.Open($"namespace {space}");
        foreach (string alias in s_aliases.Where(alias => words.Contains(alias.Split(' ')[1])).Concat(directives))
            writer.Line(alias);
        if (s_members.IsMatch(members))
            writer.Line(RuntimeNames.Import(RuntimeNames.CustomKernels));
        writer.Line();
        writer.Open(head);
        writer.Line(members);
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
