using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.RankMustBeInRangeAnalyzer>;

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
    [InlineData("""
        public static class Ranks { public const int High = 4 * 4; }
        [{|ADT0002:LowRank(Ranks.High)|}] public partial class Layer() : Linear(16, 32);
        """)]
    [InlineData("[{|ADT0002:LowRank(rank: 8, Alpha = 4)|}] public partial class Layer() : Linear(bias: true, outFeatures: 64, inFeatures: 8);")]
    [InlineData("[{|ADT0002:LowRank(8)|}] public partial class Layer : Linear { public Layer() : this(8) { } private Layer(int size) : base(size, size) { } }")]
    [InlineData("public abstract class Square(int size) : Linear(size, size); [{|ADT0002:LowRank(16)|}] public partial class Layer() : Square(16);")]
    [InlineData("public abstract class Square() : Linear(8, 8); [{|ADT0002:LowRank(8)|}] public partial class Layer : Square;")]
    [InlineData("[LowRank(2)] public partial class Below() : Linear(8, 8); [{|ADT0002:LowRank(9)|}] public partial class Layer : Below;")]
    [InlineData("public abstract class Square(int size = 8) : Linear(size, size); [{|ADT0002:LowRank(12)|}] public partial class Layer() : Square();")]
    [InlineData("[{|ADT0002:LowRank(int.MinValue)|}] public partial class Layer(int a) : Linear(a, a);")]
    public Task Fires(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[LowRank(7)] public partial class Layer() : Linear(8, 100);")]
    [InlineData("[LowRank(1)] public partial class Layer() : Linear(2, 2);")]
    [InlineData("[LowRank(512)] public partial class Layer(int a, int b) : Linear(a, b);")]
    [InlineData("[LowRank(512)] public partial class Layer(int a) : Linear(a, 8);")]
    [InlineData("[LowRank(60)] public partial class Layer() : Linear(100, 100);")]
    [InlineData("[Frozen] public partial class Layer() : Linear(1, 1);")]
    [InlineData("public class Layer() : Linear(1, 1);")]
    [InlineData("public abstract class Square(int size) : Linear(size, size); [LowRank(16)] public partial class Layer(int size) : Square(size);")]
    [InlineData("public abstract class Square(int size) : Linear(size, 2 * size); [LowRank(16)] public partial class Layer() : Square(16);")]
    [InlineData("public static class Sizes { public static int Hidden = 8; } [LowRank(16)] public partial class Layer() : Linear(Sizes.Hidden, Sizes.Hidden);")]
    [InlineData("public abstract class Square(int size = 8) : Linear(size, size); [LowRank(12)] public partial class Layer(int size) : Square(size);")]
    [InlineData("[LowRank(2)] public partial class Below(int size) : Linear(size, size); [LowRank(64)] public partial class Layer() : Below(128);")]
    public Task IsSilent(string source) => Rule.Check(source);
}
