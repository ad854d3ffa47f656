using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Calls of operators that leave an argument to the pass are sites: they are counted in their order, and ask the pass.</summary>
public sealed class AttentionSiteTests
{
    private const string Source = """
        using System.Collections.Generic;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Users;

        internal static class Own
        {
            /// <summary>An operator of the user's that is like an attention.</summary>
            [Gradient(nameof(GatherGradient))]
            public static Tensor Gather(Tensor x, Tensor y, [FromPass] AttentionPrefix? before = null) => x * y;

            public static (Tensor? X, Tensor? Y) GatherGradient(Tensor gradient, AttentionPrefix? before, bool xActive, bool yActive) =>
                (xActive ? gradient.Retain() : null, yActive ? gradient.Retain() : null);

            /// <summary>One of the same name in another place, which takes the same of its caller.</summary>
            [Gradient(nameof(AttentionGradient))]
            public static Tensor CausalAttention(Tensor x, AttentionPrefix? prefix = null) => x * 2;

            public static Tensor AttentionGradient(Tensor gradient) => gradient * 2;
        }

        [LowRank(2)]
        internal sealed partial class Adapted() : Linear(8, 8);

        [AdapterModel]
        internal sealed partial class Model
        {
            public Adapted Layer { get; } = new();

            public List<Model> Inner { get; } = [];

            public bool Short { get; set; }

            public Tensor Forward(Tensor x, SequenceContext context)
            {
                Tensor y = Own.CausalAttention(x);
                foreach (Model model in Inner)
                {
                    y = Own.Gather(y, model.Forward(y, context));
                    if (y.Rows > 3)
                        break;
                }

                if (Short)
                {
                    if (y.Rows > 2)
                        return Own.Gather(x, y);
                    y = Own.Gather(y, x);
                }
                else
                {
                    y += Op.CausalAttention(y, x, Layer.Forward(y), context);
                }

                return Op.CausalAttention(y, y, y, context) + Own.Gather(y, y, null);
            }
        }

        [AdapterModel]
        internal sealed partial class Frozen
        {
            public Tensor Forward(TokenIds tokens, SequenceContext context)
            {
                Tensor x = Tokens.Forward(tokens);
                return Op.Silu(Own.Gather(x, x)) * x;
            }

            public Table Tokens { get; } = new();
        }

        internal sealed class Table : Module
        {
            public Tensor Forward(TokenIds tokens) => Tensor.Zeros(null!, new Shape(tokens.Rows, 8));
        }
        """;

    [Fact]
    public void Calls_are_counted_in_the_order_in_which_they_stand()
    {
        Assert.Empty(GeneratorRun.Check(Source));
        string text = GeneratorRun.Emit(Source)["Users.Model.g.cs"];
        Assert.Contains("protected override int OwnAttentions => 5;", text, StringComparison.Ordinal);
        int start = text.IndexOf(" Evaluate(", StringComparison.Ordinal), end = text.IndexOf(" ForwardSaving(", StringComparison.Ordinal);
        string evaluate = text[start..end];
        Assert.Contains("Own.Gather(y, modelOutput, PrefixAt(pass, 0))", evaluate, StringComparison.Ordinal);
        Assert.Contains("Own.Gather(x, y, PrefixAt(pass, 1))", evaluate, StringComparison.Ordinal);
        Assert.Contains("Own.Gather(y, x, PrefixAt(pass, 2))", evaluate, StringComparison.Ordinal);
        Assert.Contains("context, PrefixAt(pass, 3))", evaluate, StringComparison.Ordinal);

        // The last call stands behind a branch that may leave, so it is emitted for both branches: one call of the user's, one site.
        Assert.Equal(3, evaluate.Split("PrefixAt(pass, 4)").Length);
        Assert.DoesNotContain("PrefixAt(pass, 5)", text, StringComparison.Ordinal);
        Assert.Contains("Own.CausalAttention(x, null)", evaluate, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_pass_gives_is_a_source_of_gradients_where_all_else_is_frozen()
    {
        string text = GeneratorRun.Emit(Source)["Users.Frozen.g.cs"];
        Assert.Contains("bool gatherActive = before is { Trains: true };", text, StringComparison.Ordinal);
        Assert.Contains("Own.GatherGradient(gatherGradient, saved.GatherBefore, false, false)", text, StringComparison.Ordinal);
        Assert.Contains("SiluGradient", text, StringComparison.Ordinal);
    }

    /// <summary>A helper's body stands in place of each call of it, and so do its sites.</summary>
    [Fact]
    public void Calls_in_helpers_are_counted_where_the_helpers_are_called()
    {
        const string source = """
            using AdapterToolkit;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            namespace Users;

            [AdapterModel]
            internal sealed partial class Model
            {
                public Tensor Forward(Tensor x, SequenceContext context)
                {
                    Tensor y = Attend(x, context);
                    y += Op.CausalAttention(y, x, y, context);
                    return Inner(Attend(y, context));

                    Tensor Inner(Tensor z) => Op.CausalAttention(z, z, y, context);
                }

                private static Tensor Attend(Tensor x, SequenceContext context) => Op.CausalAttention(x, x, x, context);
            }
            """;
        Assert.Empty(GeneratorRun.Check(source));
        string text = GeneratorRun.Emit(source)["Users.Model.g.cs"];
        Assert.Contains("protected override int OwnAttentions => 4;", text, StringComparison.Ordinal);
        foreach (int site in Enumerable.Range(0, 4))
            Assert.Contains($"PrefixAt(pass, {site})", text, StringComparison.Ordinal);
    }
}
