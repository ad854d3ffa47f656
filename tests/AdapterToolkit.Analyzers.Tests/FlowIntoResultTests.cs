using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ForwardShouldReachEveryAdapterAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0104: which results flow into what <c>Forward</c> returns.</summary>
public sealed class FlowIntoResultTests
{
    private const string Layers = """

        [LowRank(2)] public partial class Adapted() : Linear(8, 8);
        [AdapterModel] public partial class Wrapper(Adapted inner)
        {
            public Adapted Inner { get; } = inner;
            public Tensor Forward(Tensor x) => Inner.Forward(x);
        }
        """;

    [Theory]
    [InlineData("{ Tensor y = Second.Forward(x); y = First.Forward(x); return y; }")]
    [InlineData("{ Tensor a = Second.Forward(x); Tensor b = a * 2; return First.Forward(x); }")]
    [InlineData("{ using Tensor lost = Second.Forward(x); return First.Forward(x); }")]
    [InlineData("{ Second.Forward(x).Dispose(); return First.Forward(x); }")]
    [InlineData("{ if (false) x = Second.Forward(x); return First.Forward(x); }")]
    [InlineData("{ return First.Forward(x); x = Second.Forward(x); return x; }")]
    [InlineData("{ const bool on = false; return on ? Second.Forward(x) : First.Forward(x); }")]
    [InlineData("{ Run(x); return First.Forward(x); } private Tensor Run(Tensor x) => Second.Forward(x);")]
    [InlineData("=> Take(First.Forward(x), Second.Forward(x)); private static Tensor Take(Tensor x, Tensor ignored) => x;")]
    [InlineData("{ Tensor Local(Tensor t) => Second.Forward(t); return First.Forward(x); }")]
    [InlineData("{ Func<Tensor, Tensor> later = t => Second.Forward(t); return First.Forward(x); }")]
    [InlineData("=> First.Forward(x) * Second.InFeatures;")]
    [InlineData("{ if (Second is not null && x.Rows > 1) x = -x; return First.Forward(x); }")]
    [InlineData("{ _ = Second?.Forward(x); _ = nameof(Second); return First.Forward(x); }")]
    [InlineData("{ Second.RecomputesForward = true; return First.Forward(x); }")]
    [InlineData("{ (Tensor a, Tensor b) = (First.Forward(x), Second.Forward(x)); return a; }")]
    [InlineData("{ Tensor y = First.Forward(x); for (int i = 0; i < 3; i++) { Tensor z = Second.Forward(y); } return y; }")]
    [InlineData("{ try { Tensor y = Second.Forward(x); } finally { x = -x; } return First.Forward(x); }")]
    [InlineData("=> First.Forward(x); private Adapted Last => Second; private readonly Adapted[] {|ADT0104:_all|}; public Model() { _all = [First, Second]; }")]
    public Task FiresWhereAResultGoesNowhere(string forward) => Rule.Check(Model("{|ADT0104:Second|}", forward));

    [Theory]
    [InlineData("{ Tensor y = First.Forward(x); if (x.Rows > 1) y = Second.Forward(y); return y; }")]
    [InlineData("{ Tensor y = Second.Forward(x); y += First.Forward(x); return y; }")]
    [InlineData("=> Pick(x.Rows > 1).Forward(x); private Adapted Pick(bool first) => first ? First : Second;")]
    [InlineData("{ var part = x.Rows > 1 ? First : Second; return part.Forward(x); }")]
    [InlineData("{ foreach (var part in new[] { First, Second }) x = part.Forward(x); return x; }")]
    [InlineData("""
        { foreach (var part in All()) x = part.Forward(x); return x; }
        private IEnumerable<Adapted> All() { yield return First; yield return Second; }
        """)]
    [InlineData("""
        { foreach (var part in All.Where(part => part.InFeatures > 2).Reverse()) x = part.Forward(x); return x; }
        private IEnumerable<Adapted> All => [First, Second];
        """)]
    [InlineData("=> All.Aggregate(x, (state, part) => part.Forward(state)); private Adapted[] All => [First, Second];")]
    [InlineData("""
        { foreach (var part in _all) x = part.Forward(x); return x; }
        private readonly List<Adapted> _all = [];
        public Model() { _all.Add(First); _all.Add(Second); }
        """)]
    [InlineData("""
        { foreach (var pair in _all) x = pair.Value.Forward(x); return x; }
        private readonly Dictionary<string, Adapted> _all;
        public Model() { _all = new() { ["a"] = First, ["b"] = Second }; }
        """)]
    [InlineData("""
        { foreach (var part in _all.Values) x = part.Forward(x); return x; }
        private readonly Dictionary<string, Adapted> _all = [];
        public Model() { _all["a"] = First; Register(Second); }
        private void Register(Adapted part) => _all["b"] = part;
        """)]
    [InlineData("""
        { for (int i = 0; i < _all.Length; i++) x = _all[i].Forward(x); return x; }
        private readonly Adapted[] _all = new Adapted[2];
        public Model() { _all[0] = First; var second = Second; _all[1] = second; }
        """)]
    [InlineData("=> Maybe?.Forward(First.Forward(x)) ?? x; private Adapted? Maybe => Second;")]
    [InlineData("{ if (Second is { } second) x = second.Forward(x); return First.Forward(x); }")]
    [InlineData("{ x = First.Forward(x); goto end; end: return Second.Forward(x); }")]
    [InlineData("=> x.Rows switch { 1 => First.Forward(x), _ => Second.Forward(x) };")]
    [InlineData("{ Tensor y; switch (x.Rows) { case 1: y = First.Forward(x); break; default: y = Second.Forward(x); break; } return y; }")]
    [InlineData("{ Tensor y = x; while (y.Rows > 4) { x = First.Forward(y); y = Second.Forward(x); } return y; }")]
    [InlineData("{ Tensor y = x; try { y = Second.Forward(x); x = -x; } catch (InvalidOperationException) { return y; } return First.Forward(x); }")]
    [InlineData("=> Run(this, x); private static Tensor Run(Model model, Tensor x) => model.First.Forward(model.Second.Forward(x));")]
    [InlineData("=> Apply(First, Apply(Second, x)); private static Tensor Apply(Adapted part, Tensor x) => part.Forward(x);")]
    [InlineData("{ Func<Tensor, Tensor> second = Second.Forward; return second(First.Forward(x)); }")]
    [InlineData("{ Tensor Local(Tensor t) => Second.Forward(t); return Local(First.Forward(x)); }")]
    [InlineData("=> _pick().Forward(First.Forward(x)); private readonly Func<Adapted> _pick; public Model() { _pick = () => Second; }")]
    [InlineData("=> _lazy.Value.Forward(First.Forward(x)); private readonly Lazy<Adapted> _lazy; public Model() { _lazy = new(() => Second); }")]
    [InlineData("=> First.Forward(_tied.Forward(x)); private Adapted _tied = null!; private void Tie() => _tied = Second; public Model() => Tie();")]
    [InlineData("=> First.Forward(Second.Forward(x)); private readonly Adapted _tied; public Model() { _tied = Second; }")]
    [InlineData("=> _wrapped.Forward(First.Forward(x)); private readonly Wrapper _wrapped; public Model() { _wrapped = new Wrapper(Second); }")]
    [InlineData("""
        => One.Forward(Two.Forward(x));
        private (Adapted One, Adapted Two) Both => (First, Second);
        private Adapted One => Both.One;
        private Adapted Two => Both.Two;
        """)]
    [InlineData("{ x = First.Forward(x); _last = Second.Forward(x); return x; } private Tensor _last = null!; public Tensor Last => _last;")]
    public Task IsSilentWhereAResultIsUsed(string forward) => Rule.Check(Model("Second", forward));

    [Theory]
    [InlineData("""
        [AdapterModel] public partial class Base
        {
            public Adapted A { get; } = new();
            public virtual Tensor Forward(Tensor x) => A.Forward(x);
        }
        [AdapterModel] public partial class Derived : Base
        {
            public Adapted {|ADT0104:C|} { get; } = new();
            public override Tensor Forward(Tensor x) => A.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Holder Part { get; } = new();
            public Tensor Forward(Tensor x) => Part.Forward(x);
        }
        [AdapterModel] public partial class Holder
        {
            public Adapted One { get; } = new();
            public Adapted {|ADT0104:Two|} { get; } = new();
            public Tensor Forward(Tensor x) => One.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted A { get; } = new();
            public IReadOnlyList<Adapted> {|ADT0104:All|} { get; } = [new(), new()];
            public Tensor Forward(Tensor x) { for (int i = 0; i < All.Count; i++) x = A.Forward(x); return x; }
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted A { get; } = new();
            public IReadOnlyList<Adapted> {|ADT0104:All|} { get; } = [new()];
            public Tensor Forward(Tensor x)
            {
                Tensor y = A.Forward(x);
                foreach (var part in All) y = part.Forward(x);
                y = A.Forward(x);
                return y;
            }
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted A { get; } = new();
            public Tensor Forward(Tensor x) => A.Forward(x);
        }
        public partial class Model
        {
            public Adapted {|ADT0104:B|} { get; } = new();
            private Tensor Rest(Tensor x) => B.Forward(x);
        }
        """)]
    public Task FiresInClassesThatBelongTogether(string classes) => Rule.Check(classes + Layers);

    [Theory]
    [InlineData("""
        [AdapterModel] public partial class Model(Adapted shared)
        {
            public Adapted A { get; } = shared;
            public Adapted B { get; } = shared;
            public Tensor Forward(Tensor x) => A.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model(Adapted shared)
        {
            public Adapted A { get; } = shared;
            public Tensor Forward(Tensor x) => shared.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted A { get; }
            public Wrapper B { get; }
            public Model(Adapted shared) { A = shared; B = new Wrapper(shared); }
            public Tensor Forward(Tensor x) => B.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public abstract partial class Base
        {
            public Adapted A { get; } = new();
            public Adapted B { get; } = new();
            public virtual Tensor Forward(Tensor x) => Hook().Forward(x);
            protected virtual Adapted Hook() => A;
        }
        [AdapterModel] public partial class Derived : Base
        {
            public override Tensor Forward(Tensor x) => base.A.Forward(x);
            protected override Adapted Hook() => B;
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Base
        {
            protected readonly Adapted _a;
            public Base(Adapted a) { _a = a; }
            public virtual Tensor Forward(Tensor x) => _a.Forward(x);
        }
        [AdapterModel] public partial class Derived : Base
        {
            public Adapted Own { get; }
            public Derived(Adapted own) : base(own) { Own = own; }
            public override Tensor Forward(Tensor x) => _a.Forward(-x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted A { get; } = new();
            public Tensor Forward(Tensor x) => B.Forward(A.Forward(x));
        }
        public partial class Model { public Adapted B { get; } = new(); }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Holder Part { get; } = new();
            public Tensor Forward(Tensor x) => Part.Forward(Part.Two.Forward(x));
        }
        [AdapterModel] public partial class Holder
        {
            public Adapted One { get; } = new();
            public Adapted Two { get; } = new();
            public Tensor Forward(Tensor x) => One.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            private Adapted? _a;
            public Adapted A => _a ??= new();
            public Tensor Forward(Tensor x) => A.Forward(x);
        }
        """)]
    public Task IsSilentInClassesThatBelongTogether(string classes) => Rule.Check(classes + Layers);

    private static string Model(string second, string forward) => $$"""
        [AdapterModel] public partial class Model
        {
            public Adapted First { get; } = new();
            public Adapted {{second}} { get; } = new();
            public Tensor Forward(Tensor x) {{forward}}
        }
        {{Layers}}
        """;
}
