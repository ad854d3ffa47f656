using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ClassMustBePartialAndOfItsKindAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0001.</summary>
public sealed class ClassMustBePartialAndOfItsKindTests
{
    [Theory]
    [InlineData("[LowRank(2)] public class {|ADT0001:Layer|}() : Linear(8, 8);")]
    [InlineData("[Frozen] public class {|ADT0001:Layer|}() : Linear(8, 8);")]
    [InlineData("[AdapterModel] public class {|ADT0001:Model|} { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[LowRank(2)] public partial class {|ADT0001:Layer|} { }")]
    [InlineData("[LowRank(2)] public partial class {|ADT0001:Layer|} : Module { }")]
    [InlineData("[LowRank(2)] public static partial class {|ADT0001:Layer|} { }")]
    [InlineData("[AdapterModel] public static partial class {|ADT0001:Model|} { public static Tensor Forward(Tensor x) => x; }")]
    [InlineData("public class Outer { [LowRank(2)] public partial class {|ADT0001:Layer|}() : Linear(8, 8); }")]
    [InlineData("[AdapterModel] public partial class {|ADT0001:Model|} : List<int> { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[AdapterModel] file partial class {|ADT0001:Model|} { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[LowRank(2), Frozen] public partial class {|ADT0001:Layer|}() : Linear(8, 8);")]
    [InlineData("[LowRank(2), AdapterModel] public partial class {|ADT0001:Layer|}() : Linear(8, 8);")]
    [InlineData("public class {|ADT0001:Layer|}() : Linear(8, 8);")]
    [InlineData("[Quantized(4)] public class {|ADT0001:Layer|}() : Linear(8, 8);")]
    public Task Fires(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[LowRank(2)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("[LowRank(2)] public partial class Layer<T>() : Linear(8, 8);")]
    [InlineData("[Frozen] internal sealed partial class Layer(int features) : Linear(features, features);")]
    [InlineData("public abstract class Base() : Linear(8, 8); [LowRank(2)] public partial class Layer : Base;")]
    [InlineData("[AdapterModel] public partial class Model { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[AdapterModel] public partial class Model : Module { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("public partial class Outer { private partial struct Inner { [LowRank(2)] public partial class Layer() : Linear(8, 8); } }")]
    [InlineData("""
        public partial class Outer<TKey, TValue> where TKey : struct
        {
            public partial record Inner<T>(T Value) { [LowRank(2)] public partial class Layer() : Linear(8, 8); }
        }
        """)]
    [InlineData("public abstract class Layer() : Linear(8, 8);")]
    [InlineData("[Quantized(4)] public partial class Layer() : Linear(8, 8); public class Derived : Layer;")]
    [InlineData("[Obsolete] public class Other;")]
    public Task IsSilent(string source) => Rule.Check(source);

    [Theory]
    [InlineData("[AdapterModel] public partial class Model : Missing { public Tensor Forward(Tensor x) => x; }")]
    [InlineData("[LowRank(2)] public partial class Layer() : Linear(8, 8")]
    public Task IsSilentOnBrokenCode(string source) => Rule.CheckBroken(source);

    [Fact]
    public Task APragmaSilencesIt() => Rule.Check("""
        #pragma warning disable ADT0001
        [LowRank(2)] public class Layer() : Linear(8, 8);
        #pragma warning restore ADT0001
        """);
}
