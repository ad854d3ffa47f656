using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.RankShouldSaveNumbersAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0003.</summary>
public sealed class RankShouldSaveNumbersTests
{
    [Theory]
    [InlineData("[{|ADT0003:LowRank(60)|}] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[{|ADT0003:LowRank(50)|}] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[{|ADT0003:LowRank(1)|}] public partial class Layer() : Linear(2, 2);")]
    [InlineData("[{|ADT0003:LowRank(63)|}] public partial class Layer() : Linear(64, 4000);")]
    [InlineData("[{|ADT0003:LowRank(1000, Alpha = 16)|}] public partial class Layer() : Linear(1024, 2048);")]
    [InlineData("[{|ADT0003:LowRank(40000)|}] public partial class Layer() : Linear(65536, 65536);")]
    [InlineData("public abstract class Square(int size) : Linear(size, size); [{|ADT0003:LowRank(50)|}] public partial class Layer() : Square(100);")]
    [InlineData("""
        [{|ADT0003:LowRank(Layer.Rank)|}] public partial class Layer() : Linear(outFeatures: 100, inFeatures: Layer.Rank * 2)
        {
            public const int Rank = 50;
        }
        """)]
    public Task Fires(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[LowRank(49)] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[LowRank(8)] public partial class Layer() : Linear(64, 4096);")]
    [InlineData("[LowRank(100)] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[LowRank(0)] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[LowRank(60)] public partial class Layer(int size) : Linear(size, size);")]
    [InlineData("[LowRank(32000)] public partial class Layer() : Linear(65536, 65536);")]
    public Task IsSilent(string source) => Rule.Check(source);
}
