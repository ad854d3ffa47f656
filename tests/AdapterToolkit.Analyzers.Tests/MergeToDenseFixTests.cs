using Xunit;
using Fix = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer, AdapterToolkit.CodeFixes.MergeToDenseFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fix of ADT0108.</summary>
public sealed class MergeToDenseFixTests
{
    [Theory]
    [InlineData("{|ADT0108:model.Merge()|};", "model.MergeTo(16);", 0)]
    [InlineData("{|ADT0108:model.Merge()|}; // done", "model.MergeTo(32); // done", 1)]
    [InlineData("{|ADT0108:model.Merge(reversible: true)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.Merge(true)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.Merge(true, true)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.Merge(requantize: true)|};", "model.MergeTo(16);", 0)]
    [InlineData("{|ADT0108:model.Merge(requantize: true, reversible: keep)|};", "model.MergeTo(32, reversible: keep);", 1)]
    [InlineData("{|ADT0108:model.MergeTo(8)|};", "model.MergeTo(16);", 0)]
    [InlineData("{|ADT0108:model.MergeTo(reversible: true, bits: 4)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.MergeTo(4, keep)|};", "model.MergeTo(32, reversible: keep);", 1)]
    [InlineData("maybe?{|ADT0108:.Merge()|};", "maybe?.MergeTo(16);", 0)]
    [InlineData("float error = {|ADT0108:model.Merge()|} + 1;", "float error = model.MergeTo(16) + 1;", 0)]
    [InlineData(
        """
        /* to */ {|ADT0108:model
            .Merge()|};
        """,
        """
        /* to */ model
            .MergeTo(16);
        """,
        0)]
    [InlineData("{|ADT0108:model.Merge()|}; {|ADT0108:other.Merge(false)|};", "model.MergeTo(32); other.MergeTo(32, reversible: false);", 1)]
    public Task MergesToDense(string statements, string expected, int action) => Fix.Check(Program("User", statements), Program("User", expected), action);

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 32)]
    public Task MendsASolution(int action, int bits) => Fix.CheckSolution(
        [
            Layers + Program("First", "{|ADT0108:model.Merge()|}; {|ADT0108:other.Merge()|};", ""),
            Program("Second", "{|ADT0108:model.Merge(true)|};", ""),
            Program("Third", "{|ADT0108:other.MergeTo(8)|};"),
        ],
        [
            Layers + Program("First", $"model.MergeTo({bits}); other.MergeTo({bits});", ""),
            Program("Second", $"model.MergeTo({bits}, reversible: true);", ""),
            Program("Third", $"other.MergeTo({bits});"),
        ],
        action);

    private const string Layers = "[LowRank(2), Quantized(4)] public partial class Small() : Linear(64, 64);\n\n";

    private static string Program(string name, string statements, string layers = Layers) => $$"""
        {{layers}}public static class {{name}}
        {
            public static void Run(Small model, Small other, Small? maybe, bool keep)
            {
                {{statements.ReplaceLineEndings("\n        ")}}
            }
        }
        """.ReplaceLineEndings("\n");
}
