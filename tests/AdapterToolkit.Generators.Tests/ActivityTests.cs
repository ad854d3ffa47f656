using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>What is frozen for sure gets no backward code.</summary>
public sealed class ActivityTests
{
    private const string Source = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Users;

        [LowRank(2)]
        internal sealed partial class Adapted() : Linear(8, 8);

        internal sealed class Table : Module
        {
            public Tensor Forward(TokenIds tokens) => Tensor.Zeros(null!, new Shape(tokens.Rows, 8));
        }

        [AdapterModel]
        internal sealed partial class Model
        {
            public Table Table { get; } = new();

            public Adapted Layer { get; } = new();

            public Tensor Forward(TokenIds tokens)
            {
                Tensor scale = Op.Silu(Table.Forward(tokens) * 2);
                Tensor y = Layer.Forward(scale) * scale;
                Tensor unused = Op.Gelu(y);
                return y;
            }
        }
        """;

    [Fact]
    public void FrozenPathHasNoGradientAndSavesNothing()
    {
        Assert.Empty(GeneratorRun.Check(Source));
        string text = GeneratorRun.Emit(Source)["Users.Model.g.cs"];
        Assert.DoesNotContain("SiluGradient", text);
        Assert.DoesNotContain("ScaleGradient", text);
        Assert.DoesNotContain("GeluGradient", text);
        Assert.DoesNotContain("Table.Backward", text);

        // The product's other side has a gradient, which needs the frozen one; the layer's output is needed for no gradient.
        Assert.Contains("MultiplyLeftGradient", text);
        Assert.DoesNotContain("MultiplyRightGradient", text);
        Assert.Contains("saved.Scale =", text);
        Assert.DoesNotContain("saved.LayerOutput", text);
    }
}
