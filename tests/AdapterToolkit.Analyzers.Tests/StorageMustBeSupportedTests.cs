using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.StorageMustBeSupportedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0004.</summary>
public sealed class StorageMustBeSupportedTests
{
    [Theory]
    [InlineData("[LowRank(2), {|ADT0004:Quantized(5)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), {|ADT0004:Quantized(32)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, {|ADT0004:Quantized(0)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, {|ADT0004:Quantized(4, BlockSize = 16)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, {|ADT0004:Quantized(4, BlockSize = 96)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, {|ADT0004:Quantized(8, BlockSize = 8192)|}] public partial class Layer() : Linear(8, 8);")]
    public Task Fires(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[LowRank(2), Quantized(4)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized(8)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2), Quantized(16)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, Quantized(4, BlockSize = 32)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen, Quantized(8, BlockSize = 4096)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2)] public partial class Layer() : Linear(8, 8);")]
    public Task IsSilent(string source) => Rule.Check(source);
}
