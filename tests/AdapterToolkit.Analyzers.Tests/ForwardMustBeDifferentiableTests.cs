using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ForwardMustBeDifferentiableAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0201.</summary>
public sealed class ForwardMustBeDifferentiableTests
{
    [Theory]
    [InlineData("return {|ADT0201:Other(x)|};")]
    [InlineData("return {|ADT0201:x.Negated()|};")]
    [InlineData("float[] numbers = {|ADT0201:x.ToArray|}(); return x;")]
    [InlineData("Func<Tensor> {|ADT0201:later = () => Layer.Forward(x)|}; return x;")]
    [InlineData("return x + {|ADT0201:Stored|};")]
    [InlineData("if ({|ADT0201:x.ToArray|}()[0] > 0) x = -x; return x;")]
    [InlineData("{|ADT0201:try { x = Layer.Forward(x); } finally { }|} return x;")]
    [InlineData("again: x = Layer.Forward(x); if (x.Rows > 3) {|ADT0201:goto again;|} return x;")]
    [InlineData("foreach (var part in {|ADT0201:from layer in Layers select layer|}) x = part.Forward(x); return x;")]
    [InlineData("return Op.Add(x, {|ADT0201:Layer.Weight.ToTensor()|});")]
    public Task Fires(string body) => Rule.Check(Model(body));

    [Theory]
    [InlineData("return Layer.Forward(x);")]
    [InlineData("Tensor y = Op.Silu(x); y += x * 2; return y - Layer.Forward(y);")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); return x;")]
    [InlineData("for (int i = 0; i < Layers.Count; i++) { if (i == 1) continue; x = Layers[i].Forward(x); } return x;")]
    [InlineData("if (x.Rows > 1) return x; return Layer.Forward(x);")]
    [InlineData("int largest = new[] { 1, 2 }.Select(n => n + 1).Max(); return largest > 2 ? x : -x;")]
    [InlineData("return Own(x, 2);")]
    [InlineData("return Plain(x);")]
    public Task IsSilent(string body) => Rule.Check(Model(body));

    [Theory]
    [InlineData("Missing.DoesNotCompile(3); return x;")]
    public Task IsSilentOnBrokenCode(string body) => Rule.CheckBroken(Model(body));

    [Fact]
    public Task FiresWithoutForward() => Rule.Check("[AdapterModel] public partial class {|ADT0201:Model|} { }");

    [Fact]
    public Task FiresOnTwoForwards() => Rule.Check("""
        [AdapterModel] public partial class Model
        {
            public Tensor Forward(Tensor x) => x;
            public Tensor {|ADT0201:Forward|}(Tensor x, Tensor y) => x + y;
        }
        """);

    [Fact]
    public Task IsSilentInOtherClasses() =>
        Rule.Check("public class Other { public Tensor Forward(Tensor x) => Tensor.From(x.Device, x.Shape, x.ToArray()); }");

    [Theory]
    [InlineData("AttentionPrefix? prefix", "[Gradient(nameof(AllGradients))]", false)]
    [InlineData("AttentionPrefix? prefix", "[Gradient(nameof(OneGradient), For = nameof(x)), Gradient(nameof(OneGradient), For = nameof(y))]", true)]
    [InlineData("string? prefix", "[Gradient(nameof(AllGradients))]", true)]
    public Task OperatorsThatThePassGivesSomethingReturnAllGradientsAtOnce(string parameter, string gradients, bool fires) => Rule.Check($$"""
        #nullable enable
        [LowRank(2)] public partial class Small() : Linear(8, 8);

        [AdapterModel]
        public partial class Model
        {
            public Small Layer { get; } = new();

            {{gradients}}
            public static Tensor Attend(Tensor x, Tensor y, [FromPass] {{parameter}} = null) => x + y;

            public static (Tensor? X, Tensor? Y) AllGradients(Tensor gradient, {{parameter}}, bool xActive, bool yActive) =>
                (xActive ? gradient.Retain() : null, yActive ? gradient.Retain() : null);

            public static Tensor OneGradient(Tensor gradient, {{parameter}}) => gradient.Retain();

            public Tensor Forward(Tensor x) => {{(fires ? "{|ADT0201:Attend(x, Layer.Forward(x))|}" : "Attend(x, Layer.Forward(x))")}};
        }
        """);

    [Fact]
    public Task FiresInsideAHelper() => Rule.Check("""
        [LowRank(2)] public partial class Small() : Linear(8, 8);

        public abstract class Base : Module
        {
            private readonly float _factor = 2;

            protected Tensor Hidden(Tensor x) => x * _factor;

            protected static Tensor Doubled(Tensor x) => x + x;
        }

        [AdapterModel]
        public partial class First : Base
        {
            public Small Layer { get; } = new();

            public Tensor Forward(Tensor x) => Read(Doubled(x)) + {|ADT0201:Hidden(x)|};
        }

        [AdapterModel]
        public partial class Second : Base
        {
            public Small Layer { get; } = new();

            public Tensor Forward(Tensor x) => Layer.Forward(Doubled(x)) + {|ADT0201:Hidden(x)|};
        }

        public partial class First
        {
            private Tensor Read(Tensor x) => Layer.Forward(x) * {|ADT0201:x.ToArray|}()[0];
        }
        """);

    private static string Model(string body) => $$"""
        public static class Signs { public static Tensor Negated(this Tensor x) => -x; }

        [LowRank(2)] public partial class Small() : Linear(8, 8);

        [AdapterModel]
        public partial class Model
        {
            private Tensor Stored = null!;

            public Small Layer { get; } = new();

            public IReadOnlyList<Small> Layers { get; } = [];

            public virtual Tensor Other(Tensor x) => x;

            public static Tensor Plain(Tensor x) => x;

            [Gradient(nameof(OwnGradient))]
            public static Tensor Own(Tensor x, float factor) => x * factor;

            public static Tensor OwnGradient(Tensor gradient, float factor) => gradient * factor;

            public Tensor Forward(Tensor x)
            {
                {{body}}
            }
        }
        """;
}
