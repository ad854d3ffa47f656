using Xunit;
using ReachRule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ModelShouldReachAnAdapterAnalyzer>;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ForwardShouldReachEveryAdapterAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0104, and where ADT0202 speaks in its place.</summary>
public sealed class ForwardShouldReachEveryAdapterTests
{
    private const string Layers = """

        [LowRank(2)] public partial class Adapted() : Linear(8, 8);
        [Frozen] public partial class Fixed() : Linear(8, 8);
        [AdapterModel] public partial class Block { public Adapted Inner { get; } = new(); public Tensor Forward(Tensor x) => Inner.Forward(x); }
        """;

    [Theory]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) => First.Forward(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        private readonly Adapted {|ADT0104:_second|} = new();
        public Tensor Forward(Tensor x) => First.Forward(x);
        """)]
    [InlineData("public Adapted First { get; } = new(); public Block {|ADT0104:Part|} { get; } = new(); public Tensor Forward(Tensor x) => First.Forward(x);")]
    [InlineData("""
        public Adapted First { get; } = new();
        public IReadOnlyList<Block> {|ADT0104:Parts|} { get; } = [];
        public Tensor Forward(Tensor x) => First.Forward(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) => First.Forward(x);
        public Tensor Unused(Tensor x) => Second.Forward(x);
        """)]
    [InlineData("""
        public Adapted {|ADT0104:First|} { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f);
        public Tensor Forward(Tensor x) => Norm.Forward(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) { Second.Forward(x); return First.Forward(x); }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) { Tensor lost = Second.Forward(x); _ = Second.Forward(x); return First.Forward(x); }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted[] {|ADT0104:Rest|} { get; } = [];
        public Tensor Forward(Tensor x) { foreach (Adapted layer in Rest) x = -x; return First.Forward(x); }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) { Tensor lost = Rest(x); return First.Forward(x); }
        private Tensor Rest(Tensor x) => Second.Forward(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) { return Local(x); Tensor Local(Tensor z) => First.Forward(z); Tensor Never(Tensor z) => Second.Forward(z); }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted {|ADT0104:Second|} { get; } = new();
        public Tensor Forward(Tensor x) { Tensor y = Second.Forward(x); return Local(x); Tensor Local(Tensor z) => First.Forward(z); }
        """)]
    public Task Fires(string members) => Rule.Check(Model(members));

    [Theory]
    [InlineData("public Adapted First { get; } = new(); public Fixed Second { get; } = new(); public Tensor Forward(Tensor x) => First.Forward(x);")]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) => Rest(First.Forward(x));
        private Tensor Rest(Tensor x) => Second.Forward(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) { Tensor y = Second.Forward(x); return Local(x); Tensor Local(Tensor z) => First.Forward(z) + y; }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) { var (_, both) = Two(x); return both; }
        private (Tensor, Tensor) Two(Tensor x) { Tensor y = Run(First, x); return (x, y + Run(Second, x)); }
        private static Tensor Run(Adapted layer, Tensor x) => Inner(layer, x);
        private static Tensor Inner(Adapted layer, Tensor x) { for (int i = 0; i < 3; i++) { if (i == x.Rows) return layer.Forward(x); } return x; }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) { return A(x); Tensor A(Tensor z) => B(First.Forward(z)); Tensor B(Tensor z) => Second.Forward(z); }
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        private Adapted Last => Second;
        public Tensor Forward(Tensor x) => Last.Forward(First.Forward(x));
        """)]
    [InlineData("""
        private readonly Adapted _first = new(), _second = new();
        private readonly Adapted[] _all;
        public Model() { _all = [_first, _second]; }
        public Tensor Forward(Tensor x) { foreach (Adapted layer in _all) x = layer.Forward(x); return x; }
        """)]
    [InlineData("public IReadOnlyList<Adapted> All { get; } = []; public Tensor Forward(Tensor x) => All[0].Forward(x);")]
    [InlineData("""
        public Adapted First { get; } = new();
        public int Size { get; }
        public Tensor Forward(Tensor x) { if (Size > 2) x = this.First.Forward(x); return x; }
        """)]
    [InlineData("public Adapted First { get; } = new(); public Adapted Second { get; } = new();")]
    [InlineData("public Adapted First { get; } = new(); public Tensor Forward(Tensor x) => -x;")]
    public Task IsSilent(string members) => Rule.Check(Model(members));

    [Theory]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) => First.Forward(x) + Missing(x);
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) => First.Forward(Second.Forward(x, 3));
        """)]
    [InlineData("""
        public Adapted First { get; } = new();
        public Adapted Second { get; } = new();
        public Tensor Forward(Tensor x) { Second.Forward(First.Forward(x)); }
        """)]
    public Task IsSilentOnBrokenCode(string members) => Rule.CheckBroken(Model(members));

    [Fact]
    public Task LeavesAModelThatReachesNoneToAnotherRule() =>
        ReachRule.Check(Model("public Adapted First { get; } = new(); public Tensor Forward(Tensor x) => -x;", marked: true));

    [Fact]
    public Task LeavesThePartsOfSuchAModelToTheModel() => Rule.Check("""
        [AdapterModel] public partial class Model { public Part Only { get; } = new(); public Tensor Forward(Tensor x) => Only.Forward(x); }
        [AdapterModel] public partial class Part { public Adapted First { get; } = new(); public Tensor Forward(Tensor x) => -x; }
        """ + Layers);

    private static string Model(string members, bool marked = false) =>
        $$"""[AdapterModel] public partial class {{(marked ? "{|ADT0202:Model|}" : "Model")}} { {{members}} }""" + Layers;
}
