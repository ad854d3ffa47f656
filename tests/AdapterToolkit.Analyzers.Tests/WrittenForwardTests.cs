using Microsoft.CodeAnalysis;
using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ForwardMustBeDifferentiableAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0201 on what people write in a <c>Forward</c>.</summary>
public sealed class WrittenForwardTests
{
    [Theory]
    [InlineData("return Norm.Forward(x);")]
    [InlineData("Tensor residual = x; x = Norm.Forward(x); x = Op.Silu(x); return x + residual;")]
    [InlineData("return -x / 3f;")]
    [InlineData("return 2f * x - _scale;")]
    [InlineData("if (Size > 2) { x = x * 2f; } else { x = x * 3f; } return x;")]
    [InlineData("return Size > 2 ? x : -x;")]
    [InlineData("int n = x.Rows * 2; if (n > 4) return x; return -x;")]
    [InlineData("ArgumentNullException.ThrowIfNull(x); return x;")]
    [InlineData("""if (x.Rows == 0) throw new ArgumentException("empty"); return x;""")]
    [InlineData("return Size switch { 1 => x, 2 => -x, _ => x * 2f };")]
    [InlineData("switch (Size) { case 1: x = -x; break; case 2: return x; default: x = x + 1f; break; } return x;")]
    [InlineData("while (x.Rows < 0) { x = -x; } return x;")]
    [InlineData("Tensor y; if (Size > 1) y = x; else y = -x; return y;")]
    [InlineData("(Tensor a, Tensor b) = (x, -x); return a + b;")]
    [InlineData("var (a, b) = (Op.Silu(x), x); return a * b;")]
    [InlineData("Tensor a = x, b = -x; (a, b) = (b, a); return a - b;")]
    [InlineData("_ = Norm.Forward(x); return x;")]
    [InlineData("""string name = $"rows {x.Rows}"; Console.WriteLine(name); return x;""")]
    [InlineData("checked { x = x * 2f; } return x;")]
    [InlineData("float s = MathF.Sqrt(x.Columns); return x * (1f / s);")]
    [InlineData("for (int i = Layers.Count - 1; i >= 0; i--) { if (i % 2 == 0) continue; x = Layers[i].Forward(x); if (i > 5) break; } return x;")]
    [InlineData("foreach (var (layer, i) in Layers.Select((l, i) => (l, i))) { if (i == 0) continue; x = layer.Forward(x); } return x;")]
    [InlineData("do { x = x * 0.5f; } while (x.Rows > 100); return x;")]
    [InlineData("Tensor y = x; y -= Norm.Forward(y); y *= 2f; return y;")]
    [InlineData("return (Extra ?? Layer).Forward(x);")]
    [InlineData("var layer = Layers[^1]; return layer.Forward(x!);")]
    [InlineData("Small chosen = Size > 1 ? Layer : Layers[0]; return chosen.Forward(x);")]
    [InlineData("if (Extra is { } extra) x = extra.Forward(x); return x;")]
    [InlineData("return Helper(x);")]
    [InlineData("return Local(x); Tensor Local(Tensor t) => Layer.Forward(t) + x;")]
    public Task IsSilent(string body) => Rule.Check(Model(body));

    [Theory]
    [InlineData("float[] v = {|ADT0201:x.ToArray|}(); return x * v[0];")]
    [InlineData("return {|ADT0201:_cache|};")]
    [InlineData("{|ADT0201:_cache = x|}; return x;")]
    [InlineData("return {|ADT0201:Extra?.Forward(x) ?? x|};")]
    [InlineData("{|ADT0201:using var y = Norm.Forward(x);|} return y * 1f;")]
    [InlineData("{|ADT0201:lock (this) { x = -x; }|} return x;")]
    [InlineData("Tensor[] all = {|ADT0201:[x, x]|}; return x;")]
    [InlineData("return {|ADT0201:Layers.Aggregate(x, (h, l) => l.Forward(h))|};")]
    [InlineData("Tensor Local(Tensor t) => {|ADT0201:_cache|}; return Local(x);")]
    [InlineData("Func<Tensor, Tensor> f = {|ADT0201:Local|}; return x; Tensor Local(Tensor t) => Layer.Forward(t);")]
    [InlineData("Func<Tensor, Tensor> f = Layer.Forward; return {|ADT0201:f(x)|};")]
    [InlineData("return {|ADT0201:Overridable(x)|};")]
    [InlineData("return {|ADT0201:Forward(x)|};")]
    [InlineData("{|ADT0201:x.CopyFrom|}(new float[3]); return x;")]
    [InlineData("return {|ADT0201:x|} is { Rows: > 3 } ? x : -x;")]
    [InlineData("if (x is not null) return x; return {|ADT0201:null|}!;")]
    [InlineData("object o = {|ADT0201:x|}; return (Tensor)o;")]
    [InlineData("ref Tensor {|ADT0201:r = ref x|}; r = -r; return x;")]
    [InlineData("{|ADT0201:System.Threading.Tasks.Parallel.For(0, 3, i => { x = -x; })|}; return x;")]
    [InlineData("Tensor? y = {|ADT0201:null|}; foreach (var l in Layers) y = l.Forward(x); return y!;")]
    [InlineData("{|ADT0201:Layer.Forward(x).Dispose()|}; return x;")]
    public Task Fires(string body) => Rule.Check(Model(body));

    [Theory]
    [InlineData("return Extra?.Forward(x) ?? x;", "'??' on tensors; choose with an if statement, or with ?:")]
    [InlineData("""
        Layer.Forward(x).Dispose();
        return x;
        """, "A call of 'Dispose'; it computes with tensors but is no tensor itself; keep tensors in locals of type Tensor")]
    [InlineData("""
        (Tensor a, int n) = (x, 3);
        return a * n;
        """, "A deconstruction that is not of a tuple into locals; it computes with tensors but is no tensor itself; keep tensors in locals of type Tensor")]
    [InlineData("return Overridable(x);",
        "A call of 'Overridable', which is virtual; a derived class may run another body; make it private, or move it into a module of its own")]
    public async Task SaysWhatAndWhatToDo(string body, string message)
    {
        Compilation compilation = Corpus.Compile("User", [("Usings.cs", Rule.Usings), ("Model.cs", Model(body))]);
        Diagnostic found = Assert.Single(await Corpus.Analyze(compilation, TestContext.Current.CancellationToken), diagnostic => diagnostic.Id == "ADT0201");
        Assert.Equal("Forward can't be differentiated here: " + message, found.GetMessage(null));
    }

    private static string Model(string body) => $$"""
        [LowRank(2)] public partial class Small() : Linear(8, 8);

        [AdapterModel]
        public partial class Model
        {
            private readonly float _scale = 0.5f;
            private Tensor _cache = null!;

            public Small Layer { get; } = new();

            public Small? Extra { get; } = new();

            public IReadOnlyList<Small> Layers { get; } = [new()];

            public RmsNorm Norm { get; } = new(8, 1e-5f);

            public int Size { get; } = 3;

            public Tensor Forward(Tensor x)
            {
                {{body}}
            }

            private Tensor Helper(Tensor x) => Layer.Forward(x);

            public virtual Tensor Overridable(Tensor x) => Layer.Forward(x);
        }
        """;
}
