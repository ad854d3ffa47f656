using AdapterToolkit.Analyzers.Rules;
using Xunit;
using Fix = AdapterToolkit.Analyzers.Tests.FixTest<
    AdapterToolkit.Analyzers.Rules.ForwardShouldReachEveryAdapterAnalyzer, AdapterToolkit.CodeFixes.RunLayerInForwardFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fix of ADT0104.</summary>
public sealed class RunLayerInForwardFixTests
{
    private const string Missing = "{|ADT0104:", End = "|}";

    [Theory]
    [InlineData("A, {|ADT0104:B|}, C", "=> C.Forward(A.Forward(x));", "=> C.Forward(B.Forward(A.Forward(x)));")]
    [InlineData("{|ADT0104:A|}, B", "=> B.Forward(x);", "=> B.Forward(A.Forward(x));")]
    [InlineData("A, {|ADT0104:B|}", "=> A.Forward(x) /* end */;", "=> B.Forward(A.Forward(x)) /* end */;")]
    [InlineData("A, {|ADT0104:B|}, {|ADT0104:C|}, D", "=> D.Forward(A.Forward(x));", "=> D.Forward(C.Forward(B.Forward(A.Forward(x))));")]
    [InlineData("A, {|ADT0104:B|}, C", "=> this.C.Forward(this.A.Forward(x));", "=> this.C.Forward(this.B.Forward(this.A.Forward(x)));")]
    [InlineData(
        "A, {|ADT0104:B|}, C",
        """

            {
                x = A.Forward(x);
                return C.Forward(x);
            }
        """,
        """

            {
                x = A.Forward(x);
                x = B.Forward(x);
                return C.Forward(x);
            }
        """)]
    [InlineData(
        "A, {|ADT0104:B|}, C",
        """

            {
                // First A.
                x = A.Forward(x); // done
                x = C.Forward(x);
                return x;
            }
        """,
        """

            {
                // First A.
                x = A.Forward(x); // done
                x = B.Forward(x);
                x = C.Forward(x);
                return x;
            }
        """)]
    [InlineData(
        "A, {|ADT0104:B|}",
        """

            {
                x = A.Forward(x);
                return x;
            }
        """,
        """

            {
                x = A.Forward(x);
                x = B.Forward(x);
                return x;
            }
        """)]
    [InlineData(
        "A, {|ADT0104:B|}, C",
        """

            {
                var hidden = A.Forward(x);
                Tensor result = C.Forward(hidden);
                return result;
            }
        """,
        """

            {
                var hidden = A.Forward(x);
                Tensor result = C.Forward(B.Forward(hidden));
                return result;
            }
        """)]
    [InlineData("{|ADT0104:A|}, B", "{ return B.Forward(x: x); }", "{ return B.Forward(x: A.Forward(x)); }")]
    public Task RunsALayer(string layers, string forward, string expected) => Fix.Check(Model(layers, forward), Model(Unmarked(layers), expected));

    [Theory]
    [InlineData("A, {|ADT0104:B|}", "=> x + A.Forward(x);")]
    [InlineData("A, B, {|ADT0104:C|}", "=> A.Forward(B.Forward(x));")]
    [InlineData("A, {|ADT0104:B|}, C", "=> C.Forward(Op.Silu(A.Forward(x)));")]
    [InlineData("A, {|ADT0104:B|}", "{ Tensor y = A.Forward(x); return y + x; }")]
    [InlineData("A, {|ADT0104:B|}, C", "{ x = A.Forward(x); if (x.Rows > 1) x = C.Forward(x); return x; }")]
    [InlineData("A, {|ADT0104:B|}", "{ B.Forward(x); return A.Forward(x); }")]
    [InlineData("A, {|ADT0104:B|}, C", "=> C.Forward(A.Forward(A.Forward(x)));")]
    [InlineData("A, {|ADT0104:B|}", "{ foreach (int i in new[] { 1 }) x = A.Forward(x); return x; }")]
    public Task DoesNotGuessAPlace(string layers, string forward) => Fix.Check(Model(layers, forward), Model(layers, forward));

    [Theory]
    [InlineData("private readonly Projection _a = new(8, 4), {|ADT0104:_b|} = new(4, 6), _c = new(6, 8);",
        "_c.Forward(_a.Forward(x))", "_c.Forward(_b.Forward(_a.Forward(x)))")]
    [InlineData("""
        private const int Hidden = 16;
        public Projection A { get; } = new(8, Hidden);
        public Projection {|ADT0104:B|} { get; } = new(16, 2 * Hidden);
        public Projection C { get; } = new(b: 8, a: 32);
        """, "C.Forward(A.Forward(x))", "C.Forward(B.Forward(A.Forward(x)))")]
    [InlineData("""
        public Up A { get; } = new();
        public Wide {|ADT0104:B|} { get; } = new(16);
        public Projection C { get; } = new(16, 8);
        """, "C.Forward(A.Forward(x))", "C.Forward(B.Forward(A.Forward(x)))")]
    [InlineData("""
        private readonly int _n;
        public Projection A { get; } = new(Size.In, Size.Out);
        public Projection {|ADT0104:B|} { get; } = new(Size.Out, Size.In);
        """, "A.Forward(x)", "B.Forward(A.Forward(x))")]
    public Task ReadsTheDimensions(string members, string forward, string expected) => Fix.Check(Sized(members, forward), Sized(Unmarked(members), expected));

    [Theory]
    [InlineData("""
        public Projection A { get; } = new(8, 4);
        public Projection {|ADT0104:B|} { get; } = new(8, 8);
        public Projection C { get; } = new(4, 8);
        """, "C.Forward(A.Forward(x))")]
    [InlineData("public Projection A { get; } = new(8, 4); public Projection {|ADT0104:B|} { get; }", "A.Forward(x)")]
    [InlineData("public Projection A { get; } = new(8, 4); public Projection[] {|ADT0104:B|} { get; } = [new(4, 4)];", "A.Forward(x)")]
    [InlineData("public Projection A { get; } = new(8, 4); public Projection? {|ADT0104:B|} { get; } = new(4, 4);", "A.Forward(x)")]
    [InlineData("public Projection A { get; } = new(8, Size.Out); public Projection {|ADT0104:B|} { get; } = new(Size.In, 8);", "A.Forward(x)")]
    [InlineData("""
        public Projection A { get; } = new(8, 4);
        public Projection {|ADT0104:B|} { get; } = new(4, 4);
        public Tensor Forward(Tensor x, int n) => A.Forward(x);
        """, "A.Forward(x)")]
    public Task DoesNotForceALayerIn(string members, string forward) => Fix.Check(Sized(members, forward), Sized(members, forward));

    private static string Unmarked(string text) => text.Replace(Missing, "", StringComparison.Ordinal).Replace(End, "", StringComparison.Ordinal);

    private static string Model(string layers, string forward, string name = "Model") => $$"""
        [LowRank(2)] public partial class {{name}}Projection(int a, int b) : Linear(a, b);

        [AdapterModel]
        public partial class {{name}}
        {
        {{string.Concat(layers.Split(", ").Select(layer => $"    public {name}Projection {layer} {{ get; }} = new(8, 8);\n"))}}
            public Tensor Forward(Tensor x) {{forward}}
        }
        """.ReplaceLineEndings("\n");

    private static string Sized(string members, string forward) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);
        [LowRank(2)] public partial class Up() : Linear(8, 16);
        [LowRank(2)] public partial class Wide : Linear
        {
            public Wide(int size) : this(size, size) { }
            private Wide(int a, int b) : base(outFeatures: b, inFeatures: a) { }
        }
        public static class Size { public static int In => 8; public static int Out => 16; }

        [AdapterModel]
        public partial class Model
        {
            {{members}}

            public Tensor Forward(Tensor x) => {{forward}};
        }
        """.ReplaceLineEndings("\n");
}
