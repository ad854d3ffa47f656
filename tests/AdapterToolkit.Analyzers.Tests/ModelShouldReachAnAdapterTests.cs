using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.ModelShouldReachAnAdapterAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0202.</summary>
public sealed class ModelShouldReachAnAdapterTests
{
    private const string Layers = """

        [LowRank(2)] public partial class Adapted() : Linear(8, 8);
        [Frozen] public partial class Fixed() : Linear(8, 8);
        """;

    [Theory]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Model|}
        {
            public Fixed Layer { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(x);
        }
        """)]
    [InlineData("[AdapterModel] public partial class {|ADT0202:Model|} { public Tensor Forward(Tensor x) => -x; }")]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Model|}
        {
            public RmsNorm Norm { get; } = new(8, 1e-5f);
            public Tensor Forward(Tensor x) => Norm.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Model|}
        {
            public IReadOnlyList<Fixed> Layers { get; } = [];
            public Tensor Forward(Tensor x) => x;
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Model|}
        {
            public Block Part { get; } = new();
            public Tensor Forward(Tensor x) => Part.Forward(x);
        }
        [AdapterModel] public partial class Block
        {
            public Fixed Layer { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(x);
        }
        """)]
    [InlineData($$"""
        [AdapterModel] public sealed partial class {|ADT0202:Model|}() : LanguageModel(null!)
        {
            public TokenEmbedding Embedding { get; } = new(8, 8);
            public override LanguageModelHead Head => null!;
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => Embedding.Forward(tokens);
            {{Rule.EmittedHalf}}
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Root|} : AdapterToolkit.Modules.Model
        {
            public Fixed Layer { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(x);
        }
        [AdapterModel] public partial class Whole
        {
            public Adapted Layer { get; } = new();
            public Root Part { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(Part.Forward(x));
        }
        """)]
    [InlineData($$"""
        [AdapterModel] public partial class {|ADT0202:Tokens|} : TokenModel
        {
            public TokenEmbedding Embedding { get; } = new(8, 8);
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => Embedding.Forward(tokens);
            {{Rule.EmittedHalf}}
        }
        """)]
    [InlineData("[AdapterModel] public partial class {|ADT0202:Model|} { public Adapted[] Layers { get; } = []; public Tensor Forward(Tensor x) => x; }")]
    [InlineData("""
        [AdapterModel] public partial class {|ADT0202:Model|}
        {
            public Adapted Layer { get; } = new();
            public Block Part { get; } = new();
            public Tensor Forward(Tensor x) => Part.Forward(x);
        }
        [AdapterModel] public partial class Block
        {
            public Fixed Layer { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(x);
        }
        """)]
    public Task Fires(string source) => Rule.Check(source + Layers);

    [Theory]
    [InlineData("[AdapterModel] public partial class Model { public Adapted Layer { get; } = new(); public Tensor Forward(Tensor x) => Layer.Forward(x); }")]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f);
            public Tensor Forward(Tensor x) => Norm.Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted[] Layers { get; } = [];
            public Tensor Forward(Tensor x) => Layers[0].Forward(x);
        }
        """)]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            public Adapted Layer { get; } = new();
            public Block Part { get; } = new();
            public Tensor Forward(Tensor x) => Part.Forward(Layer.Forward(x));
        }
        [AdapterModel] public partial class Block
        {
            public Fixed Layer { get; } = new();
            public Tensor Forward(Tensor x) => Layer.Forward(x);
        }
        """)]
    [InlineData("[AdapterModel] public abstract partial class Model { public Tensor Forward(Tensor x) => -x; }")]
    [InlineData("""
        public class Own : Module { public override IEnumerable<Parameter> Parameters => []; }
        [AdapterModel] public partial class Model { public Own Layer { get; } = new(); public Tensor Forward(Tensor x) => -x; }
        """)]
    [InlineData("[AdapterModel] public partial class Model { public Module Any { get; } = null!; public Tensor Forward(Tensor x) => -x; }")]
    public Task IsSilent(string source) => Rule.Check(source + Layers);
}
