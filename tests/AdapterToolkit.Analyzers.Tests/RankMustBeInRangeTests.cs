using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.RankMustBeInRangeAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0002.</summary>
public sealed class RankMustBeInRangeTests
{
    [Theory]
    [InlineData("[{|ADT0002:LowRank(0)|}] public partial class Layer(int a, int b) : Linear(a, b);")]
    [InlineData("[{|ADT0002:LowRank(-4)|}] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[{|ADT0002:LowRank(8)|}] public partial class Layer() : Linear(8, 100);")]
    [InlineData("[{|ADT0002:LowRank(9)|}] public partial class Layer() : Linear(100, 8, bias: true);")]
    [InlineData("[{|ADT0002:LowRank(8)|}] public partial class Layer() : Linear(outFeatures: 8, inFeatures: 64);")]
    [InlineData("[{|ADT0002:LowRank(8)|}] public partial class Layer : Linear { const int Size = 4; public Layer() : base(Size * 2, 64) { } }")]
    public Task Fires(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[LowRank(7)] public partial class Layer() : Linear(8, 100);")]
    [InlineData("[LowRank(1)] public partial class Layer() : Linear(2, 2);")]
    [InlineData("[LowRank(512)] public partial class Layer(int a, int b) : Linear(a, b);")]
    [InlineData("[LowRank(512)] public partial class Layer(int a) : Linear(a, 8);")]
    [InlineData("[LowRank(60)] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[Frozen] public partial class Layer() : Linear(1, 1);")]
    [InlineData("public class Layer() : Linear(1, 1);")]
    public Task IsSilent(string source) => Rule.Check(source);
}
