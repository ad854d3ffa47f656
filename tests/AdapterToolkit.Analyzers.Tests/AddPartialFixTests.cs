using Xunit;
using Fix = AdapterToolkit.Analyzers.Tests.FixTest<
    AdapterToolkit.Analyzers.Rules.ClassMustBePartialAndOfItsKindAnalyzer, AdapterToolkit.CodeFixes.AddPartialFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fix of ADT0001.</summary>
public sealed class AddPartialFixTests
{
    [Theory]
    [InlineData("[LowRank(2)] public class {|ADT0001:Layer|}() : Linear(8, 8);", "[LowRank(2)] public partial class Layer() : Linear(8, 8);")]
    [InlineData(
        """
        // A layer.
        [LowRank(2)]
        class {|ADT0001:Layer|}() : Linear(8, 8);
        """,
        """
        // A layer.
        [LowRank(2)]
        partial class Layer() : Linear(8, 8);
        """)]
    [InlineData("[Frozen] public sealed class {|ADT0001:Layer|}() : Linear(8, 8); // ready",
        "[Frozen] public sealed partial class Layer() : Linear(8, 8); // ready")]
    [InlineData("""
        /// <summary>A layer.</summary>
        class {|ADT0001:Layer|}() : Linear(8, 8);

        """, null)]
    [InlineData(
        """
        [Frozen, Quantized(4)] // why
        unsafe internal /* no base */ sealed class {|ADT0001:Layer|}() : Linear(8, 8);
        """,
        """
        [Frozen, Quantized(4)] // why
        unsafe internal /* no base */ sealed partial class Layer() : Linear(8, 8);
        """)]
    [InlineData(
        """
        [LowRank(2)]
        public
            // comment
            class {|ADT0001:Layer|}() : Linear(8, 8);
        """,
        """
        [LowRank(2)]
        public
            // comment
            partial class Layer() : Linear(8, 8);
        """)]
    [InlineData(
        """
        namespace My.Models;

        [AdapterModel]
        public class {|ADT0001:Model|}
        {
            public Tensor Forward(Tensor x) => x;
        }

        """,
        """
        namespace My.Models;

        [AdapterModel]
        public partial class Model
        {
            public Tensor Forward(Tensor x) => x;
        }

        """)]
    [InlineData("public class Outer { [LowRank(2)] public class {|ADT0001:{|ADT0001:Layer|}|}() : Linear(8, 8); }",
        "public partial class Outer { [LowRank(2)] public partial class Layer() : Linear(8, 8); }")]
    [InlineData(
        """
        public class Outer
        {
            [LowRank(2)] public class {|ADT0001:{|ADT0001:One|}|}() : Linear(8, 8);
            [Frozen] class {|ADT0001:{|ADT0001:Two|}|}() : Linear(8, 8);
        }
        """,
        """
        public partial class Outer
        {
            [LowRank(2)] public partial class One() : Linear(8, 8);
            [Frozen] partial class Two() : Linear(8, 8);
        }
        """)]
    [InlineData(
        """
        public record struct Outer
        {
            public interface IMiddle
            {
                public record Inner
                {
                    [LowRank(2)] public partial class {|ADT0001:{|ADT0001:{|ADT0001:Layer|}|}|}() : Linear(8, 8);
                }
            }
        }
        """,
        """
        public partial record struct Outer
        {
            public partial interface IMiddle
            {
                public partial record Inner
                {
                    [LowRank(2)] public partial class Layer() : Linear(8, 8);
                }
            }
        }
        """)]
    [InlineData(
        """
        [AdapterModel] public class {|ADT0001:Model|}
        {
            [LowRank(2)] public class {|ADT0001:{|ADT0001:Layer|}|}() : Linear(8, 8);
            public Layer Only { get; } = new();
            public Tensor Forward(Tensor x) => Only.Forward(x);
        }
        """,
        """
        [AdapterModel] public partial class Model
        {
            [LowRank(2)] public partial class Layer() : Linear(8, 8);
            public Layer Only { get; } = new();
            public Tensor Forward(Tensor x) => Only.Forward(x);
        }
        """)]
    [InlineData(
        """
        [LowRank(2)] public class {|ADT0001:One|}() : Linear(8, 8);
        [AdapterModel] public class {|ADT0001:Two|} { public Tensor Forward(Tensor x) => x; }
        """,
        """
        [LowRank(2)] public partial class One() : Linear(8, 8);
        [AdapterModel] public partial class Two { public Tensor Forward(Tensor x) => x; }
        """)]
    [InlineData("[LowRank(2)] public partial class {|ADT0001:Layer|} { }", null)]
    public Task AddsPartial(string source, string? expected) => Fix.Check(source, expected ?? source);
}
