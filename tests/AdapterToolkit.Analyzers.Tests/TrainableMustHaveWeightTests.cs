using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TrainableMustHaveWeightAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0006.</summary>
public sealed class TrainableMustHaveWeightTests
{
    private const string Layers = """

        [LowRank(2)] public partial class Dense() : Linear(8, 8);
        [Frozen] public partial class Still() : Linear(8, 8);
        public class Denser : Dense;
        [LowRank(2), Quantized(4)] public partial class Small() : Linear(8, 8);
        public class Smaller : Small;
        [AdapterModel] public partial class Block { public Dense Layer { get; } = new(); [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f); }
        """;

    [Theory]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Dense {|ADT0006:Layer|} { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public TokenEmbedding {|ADT0006:Embedding|} { get; } = new(8, 8); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public LanguageModelHead {|ADT0006:Head|} { get; } = new(8, 8); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Denser {|ADT0006:Layer|} { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] private readonly Still {|ADT0006:_layer|} = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public IReadOnlyList<Dense> {|ADT0006:Layers|} { get; } = [new()]; }")]
    [InlineData("""[AdapterModel] public partial class Model { [Checkpoint("e"), Trainable] public TokenEmbedding[] {|ADT0006:Embeddings|} { get; } = []; }""")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Block {|ADT0006:Block|} { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Linear? {|ADT0006:Layer|} { get; } }")]
    [InlineData("[AdapterModel] public partial class Model<T> where T : Linear { [Trainable] public T? {|ADT0006:Layer|} { get; } }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public int {|ADT0006:Number|} { get; } }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public FrozenWeight? {|ADT0006:Weight|} { get; } }")]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            private readonly RmsNorm _norm = new(8, 1e-5f);
            [Trainable] public RmsNorm {|ADT0006:Norm|} => _norm;
        }
        """)]
    [InlineData("[AdapterModel] public partial class Model { [field: Trainable] public RmsNorm {|ADT0006:Norm|} { get; } = new(8, 1e-5f); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public static RmsNorm {|ADT0006:Norm|} { get; } = new(8, 1e-5f); }")]
    [InlineData("public class Holder { [Trainable] public RmsNorm {|ADT0006:Norm|} { get; } = new(8, 1e-5f); }")]
    public Task Fires(string source) => Rule.Check(source + Layers);

    [Theory]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public IReadOnlyList<RmsNorm> Norms { get; } = []; }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] private readonly RmsNorm? _norm; }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Module? Any { get; } }")]
    [InlineData("[AdapterModel] public partial class Model<T> where T : Module { [Trainable] public T? Any { get; } }")]
    [InlineData("""[AdapterModel] public partial class Model { [Checkpoint("n"), Trainable] public RmsNorm? Norm => null; }""")]
    [InlineData("[AdapterModel] public partial class Model { public Dense Layer { get; } = new(); public TokenEmbedding Embedding { get; } = new(8, 8); }")]
    [InlineData("""
        [AdapterModel] public partial class Model
        {
            [Trainable] public Small Layer { get; } = new();
            [Trainable] public Smaller Other { get; } = new();
        }
        """)]
    [InlineData("public class Model : Module { [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f); }")]
    [InlineData("""
        namespace Other
        {
            [AttributeUsage(AttributeTargets.All)] class TrainableAttribute : Attribute;
            class Holder { [Other.Trainable] public int Number { get; } }
        }
        """)]
    public Task IsSilent(string source) => Rule.Check(source + Layers);

    [Fact]
    public Task IsSilentWhileATypeIsTyped() =>
        Rule.CheckBroken(
            "[AdapterModel] public partial class Model { [Trainable] public RmsNor Norm { get; } [Trainable] public IReadOnlyList<Emb> Layers { get; } }");
}
