using System.Text.RegularExpressions;
using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Pieces of text that the kernels for the CPU are made of.</summary>
internal static class CpuText
{
    /// <summary>The class that holds the kernels of an assembly.</summary>
    public const string KernelsClass = "CpuKernels";

    /// <summary>Output features that stand side by side in a panel of W.</summary>
    public const int PanelWidth = PanelLayout.Width;

    private const string Runtime = "global::System.Runtime.";

    private static readonly IReadOnlyList<string> s_aliases =
    [
        RuntimeNames.Alias(RuntimeNames.BlockNormalization),
        RuntimeNames.Alias(RuntimeNames.Codebooks),
        RuntimeNames.Alias(RuntimeNames.CpuDevice),
        RuntimeNames.Alias(RuntimeNames.FactorSums),
        RuntimeNames.Alias(RuntimeNames.FourBitCodes),
        RuntimeNames.Alias(RuntimeNames.FrozenWeight),
        RuntimeNames.Alias(RuntimeNames.LargestMagnitude),
        RuntimeNames.Alias(RuntimeNames.LowRankFactors),
        RuntimeNames.Alias(RuntimeNames.LowRankPlacement),
        RuntimeNames.Alias(RuntimeNames.LowRankTerms),
        RuntimeNames.Alias(RuntimeNames.NearestCodeTable),
        RuntimeNames.Alias(RuntimeNames.PackedWeight),
        RuntimeNames.Alias(RuntimeNames.ParallelWork),
        RuntimeNames.Alias(RuntimeNames.RowTails),
        RuntimeNames.Alias(RuntimeNames.ScratchMemory),
        RuntimeNames.Alias(RuntimeNames.Sharing),
        RuntimeNames.Alias(RuntimeNames.Tensor),
        RuntimeNames.Alias(RuntimeNames.Tiles),
        RuntimeNames.Alias(RuntimeNames.VectorOperations128),
        RuntimeNames.Alias(RuntimeNames.VectorOperations256),
        RuntimeNames.Alias(RuntimeNames.VectorOperations512),
        RuntimeNames.Alias(RuntimeNames.VectorWidth),
        $"using Avx2 = {Runtime}Intrinsics.X86.Avx2;",
        $"using Avx512F = {Runtime}Intrinsics.X86.Avx512F;",
        "using Math = global::System.Math;",
        $"using MemoryMarshal = {Runtime}InteropServices.MemoryMarshal;",
        $"using MethodImpl = {Runtime}CompilerServices.MethodImplAttribute;",
        $"using MethodImplOptions = {Runtime}CompilerServices.MethodImplOptions;",
        $"using Unsafe = {Runtime}CompilerServices.Unsafe;",
        $"using Vector128 = {Runtime}Intrinsics.Vector128;",
        $"using Vector256 = {Runtime}Intrinsics.Vector256;",
        $"using Vector512 = {Runtime}Intrinsics.Vector512;",
        "using Bytes = global::System.Span<byte>;",
        "using Maxima = global::System.Span<float>;",
        "using Numbers = global::System.ReadOnlySpan<float>;",
        .. VectorShape.All.SelectMany(shape => Vectors(shape, $"{shape.Bits}")),
    ];

    /// <summary>
    /// A file with a part of a class. What its text calls by short names is declared inside the namespace, where no name of the
    /// user's can meet them.
    /// </summary>
    /// <param name="space">The namespace.</param>
    /// <param name="shape">The vectors that <c>Floats</c>, <c>Words</c> and so on are; null for a file that is written for no width.</param>
    /// <param name="write">Writes the class.</param>
    /// <param name="cancellation">Ends the emission.</param>
    /// <param name="more">Further short names.</param>
    public static string File(string space, VectorShape? shape, Action<SourceWriter> write, CancellationToken cancellation, params string[] more)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        string text = writer.Capture(() => write(writer));
        writer.Open($"namespace {space}");
        foreach (string alias in s_aliases.Concat(shape is null ? [] : Vectors(shape, string.Empty)).Concat(more))
        {
            if (Regex.IsMatch(text, $@"\b{alias.Split(' ')[1]}\b"))
                writer.Line(alias);
        }

        writer.Line();
        writer.Raw(text);
        writer.Close();
        return writer.ToString();
    }

    /// <summary>A file with a part of the class of kernels.</summary>
    public static string KernelsFile(string space, VectorShape? shape, CancellationToken cancellation, params IEnumerable<string> members) =>
        File(
            space,
            shape,
            writer =>
            {
                writer.Open($"partial class {KernelsClass}");
                Members(writer, members);
                writer.Close();
            },
            cancellation);

    /// <summary>Writes members with an empty line between them; those without text are left out.</summary>
    public static void Members(SourceWriter writer, params IEnumerable<string> members)
    {
        foreach (string member in members.Where(member => member.Length > 0))
        {
            writer.Line();
            writer.Line(member);
        }
    }

    /// <summary>Some items by number, separated by commas.</summary>
    public static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));

    /// <summary>One line for each of some numbers.</summary>
    public static IEnumerable<string> Each(int count, Func<int, string> line) => Enumerable.Range(0, count).Select(line);

    /// <summary>A piece of a line for each of some numbers.</summary>
    public static string Each(int count, Func<int, string> piece, string separator) => string.Join(separator, Enumerable.Range(0, count).Select(piece));

    /// <summary>The number at a constant distance from a reference.</summary>
    public static string At(string reference, int offset) => offset == 0 ? reference : $"Unsafe.Add(ref {reference}, {offset})";

    private static IEnumerable<string> Vectors(VectorShape shape, string suffix)
    {
        foreach ((string name, string element) in ((string, string)[])[("Floats", "float"), ("Integers", "int"), ("ShortWords", "ushort"), ("Words", "uint")])
            yield return $"using {name}{suffix} = {Runtime}Intrinsics.{shape.Name}<{element}>;";
    }
}
