using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>What is emitted compiles without a warning in projects of every kind.</summary>
public class CompilationTests
{
    [Theory]
    [InlineData(Sources.LowRank)]
    [InlineData(Sources.RankStabilized)]
    [InlineData(Sources.Frozen)]
    [InlineData(Sources.Trainable)]
    [InlineData(Sources.UserOperator)]
    public void Without_implicit_usings(string source) => AssertClean(source);

    [Fact]
    public void The_Llama_sample() => AssertClean([.. Sources.Llama]);

    [Fact]
    public void Tuples_of_tensors_and_discards() => AssertClean("""
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        /// <summary>A layer.</summary>
        [LowRank(2)]
        public sealed partial class Layer() : Linear(4, 4);

        /// <summary>A model.</summary>
        [AdapterModel]
        public sealed partial class Model
        {
            /// <summary>A layer.</summary>
            public Layer Layer { get; } = new();

            /// <summary>Runs the model.</summary>
            /// <param name="x">The rows.</param>
            public Tensor Forward(Tensor x)
            {
                var (a, b) = (Layer.Forward(x), x * 2f);
                (Tensor c, Tensor d) = (b, a);
                (c, d) = (d, c);
                _ = Layer.Forward(d);
                return c + d;
            }
        }
        """);

    [Fact]
    public void Inside_a_namespace_that_hides_System_and_the_toolkit() => AssertClean("""
        using AdapterToolkit.Operators;

        namespace My.AdapterToolkit.System.Linq
        {
            /// <summary>A type that hides the toolkit's.</summary>
            public sealed class Tensor;

            /// <summary>A layer.</summary>
            [global::AdapterToolkit.LowRank(2)]
            internal sealed partial class Layer() : global::AdapterToolkit.Modules.Linear(4, 4);

            /// <summary>A model.</summary>
            [global::AdapterToolkit.AdapterModel]
            internal sealed partial class Model
            {
                /// <summary>A layer.</summary>
                public Layer Layer { get; } = new();

                /// <summary>Runs the model.</summary>
                /// <param name="x">The rows.</param>
                public global::AdapterToolkit.Tensors.Tensor Forward(global::AdapterToolkit.Tensors.Tensor x) => Layer.Forward(x) + x;
            }
        }
        """);

    [Fact]
    public void Nested_in_other_types_and_in_the_global_namespace() => AssertClean("""
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        /// <summary>Holds the layer.</summary>
        public static partial class Outer
        {
            /// <summary>Holds it too.</summary>
            protected internal partial record struct Middle
            {
                [LowRank(1)]
                private sealed partial class Layer() : Linear(4, 4);

                [AdapterModel]
                private sealed partial class Model
                {
                    private readonly Layer[] _layers = [new(), new()];

                    public Tensor Forward(Tensor x)
                    {
                        foreach (Layer layer in _layers)
                            x = layer.Forward(x);
                        return x;
                    }
                }
            }
        }
        """.Replace("protected internal partial", "public partial", StringComparison.Ordinal));

    private static void AssertClean(params string[] sources)
    {
        IReadOnlyList<Diagnostic> diagnostics = GeneratorRun.Check(sources);
        Assert.True(diagnostics.Count == 0, string.Join('\n', diagnostics.Take(20)));
    }
}
