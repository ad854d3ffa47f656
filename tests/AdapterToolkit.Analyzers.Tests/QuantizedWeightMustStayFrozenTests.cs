using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.QuantizedWeightMustStayFrozenAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0005.</summary>
public sealed class QuantizedWeightMustStayFrozenTests
{
    private const string Layers = """

        [LowRank(2), Quantized(4)] public partial class Small() : Linear(8, 8);
        [LowRank(2)] public partial class Dense() : Linear(8, 8);
        """;

    [Theory]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Small {|ADT0005:Layer|} { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] private readonly Small {|ADT0005:_layer|} = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public IReadOnlyList<Small> {|ADT0005:Layers|} { get; } = [new()]; }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Small[] {|ADT0005:Layers|} { get; } = [new()]; }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Smaller {|ADT0005:Layer|} { get; } = new(); } public class Smaller : Small;")]
    [InlineData("public class Model : Module { [Trainable] public Small {|ADT0005:Layer|} { get; } = new(); }")]
    [InlineData("""[AdapterModel] public partial class Model { [Checkpoint("a"), Trainable] public Small? {|ADT0005:Layer|} => null; }""")]
    public Task Fires(string source) => Rule.Check(source + Layers);

    [Theory]
    [InlineData("[AdapterModel] public partial class Model { public Small Layer { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public Dense Layer { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public RmsNorm Norm { get; } = new(8, 1e-5f); public Small Layer { get; } = new(); }")]
    [InlineData("[AdapterModel] public partial class Model { public IReadOnlyList<Small> Layers { get; } = [new()]; }")]
    [InlineData("[AdapterModel] public partial class Model { [Trainable] public int Number { get; } }")]
    [InlineData("public class Other { [Obsolete] public Small Layer { get; } = new(); }")]
    public Task IsSilent(string source) => Rule.Check(source + Layers);
}
