using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0108.</summary>
public sealed class MergeIntoQuantizedTests
{
    [Theory]
    [InlineData("{|ADT0108:small.Merge()|};")]
    [InlineData("{|ADT0108:small.Merge(reversible: true)|};")]
    [InlineData("{|ADT0108:model.Merge()|};")]
    [InlineData("LanguageModel any = new Model(); {|ADT0108:any.Merge()|};")]
    [InlineData("using var own = new Model(); {|ADT0108:own.Merge()|};")]
    [InlineData("{|ADT0108:model.Block.Layer.Merge()|};")]
    [InlineData("{|ADT0108:byte8.Merge()|};")]
    [InlineData("foreach (Small layer in layers) {|ADT0108:layer.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("dense.Merge();")]
    [InlineData("half.Merge();")]
    [InlineData("Linear any = dense; any.Merge();")]
    [InlineData("model.Unmerge();")]
    [InlineData("""var loaded = Model.Load("c", null, WeightStorage.Dense); loaded.Merge();""")]
    [InlineData("var other = new Other(); other.Merge();")]
    [InlineData("frozen.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("small.Merge;")]
    [InlineData("small.Merge(missing: 3);")]
    [InlineData("model.Layers[0].Merge(")]
    public Task IsSilentOnBrokenCode(string statements) => Rule.CheckBroken(Program(statements));

    private static string Program(string statements) => $$"""
        {{QuantizedSource.Model}}

        public class User
        {
            public static void Run(Model model, Small small, Byte8 byte8, Half half, Dense dense, FrozenSmall frozen, IEnumerable<Small> layers)
            {
                {{statements}}
            }
        }
        """;
}
