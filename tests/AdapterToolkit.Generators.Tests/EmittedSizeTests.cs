using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// A user compiles what is emitted at every build, so its size has bounds: for one annotation, against what was emitted for it when
/// every configuration had loops of its own, and for each further rank against that one.
/// </summary>
public sealed class EmittedSizeTests
{
    private const double MostForOne = 1.0 / 3, MostForFurtherRank = 1.0 / 4;

    /// <summary>What one annotation gave when every configuration had loops of its own; a second rank, 16, gave somewhat more than the first.</summary>
    private static readonly Dictionary<string, EmittedSize> s_before = new()
    {
        ["Cpu"] = new(Files: 16, Lines: 12812, Tokens: 139171, Bytes: 837907),
        ["Accelerator"] = new(Files: 21, Lines: 12961, Tokens: 239228, Bytes: 914794),
    };

    [Theory]
    [InlineData("Cpu")]
    [InlineData("Accelerator")]
    public void One_annotation_and_each_further_rank_stay_small(string part)
    {
        EmittedSize one = Size(part, 8), two = Size(part, 8, 16), three = Size(part, 8, 16, 64);
        Print($"{part}, [LowRank(8), Quantized(4)]", one, s_before[part]);
        Print($"{part}, rank 16 beside it", two - one, one);
        Print($"{part}, rank 64 beside both", three - two, one);
        Assert.True(one.IsAtMost(MostForOne, s_before[part]), $"{one} against {s_before[part]}");
        Assert.True((two - one).IsAtMost(MostForFurtherRank, one), $"{two - one} against {one}");
        Assert.True((three - two).IsAtMost(MostForFurtherRank, one), $"{three - two} against {one}");
    }

    [Fact]
    public void Ranks_that_leave_other_remainders_add_their_blocks_only()
    {
        EmittedSize one = Size("Cpu", 8), two = Size("Cpu", 8, 13);
        Print("Cpu, rank 13 beside rank 8", two - one, one);
        Assert.True((two - one).IsAtMost(MostForFurtherRank, one), $"{two - one} against {one}");
    }

    private static void Print(string what, EmittedSize size, EmittedSize reference) => TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {size.Files} files, {size.Lines} lines ({Share(size.Lines, reference.Lines)}), "
        + $"{size.Tokens} tokens ({Share(size.Tokens, reference.Tokens)}), {size.Bytes} bytes ({Share(size.Bytes, reference.Bytes)})"));

    private static string Share(int part, int whole) => (100.0 * part / whole).ToString("F1", CultureInfo.InvariantCulture) + "%";

    private static EmittedSize Size(string part, params int[] ranks)
    {
        ImmutableSortedDictionary<string, string> files = GeneratorRun.Emit(ranks.Select(rank => $$"""
            namespace Example;

            /// <summary>A layer.</summary>
            [AdapterToolkit.LowRank({{rank}}), AdapterToolkit.Quantized(4)]
            public partial class Layer{{rank}}(int features) : AdapterToolkit.Modules.Linear(features, features);
            """));
        return EmittedSize.Of(files.Where(file => NameOfPart(part).IsMatch(file.Key)).Select(file => file.Value));
    }

    /// <summary>Files are named by the target that they are for: <c>Linear-Cpu.Tiles.g.cs</c>, <c>LowRank8Kernels.Cpu.g.cs</c>.</summary>
    private static Regex NameOfPart(string part) => new($@"[.-]{part}\.");
}
