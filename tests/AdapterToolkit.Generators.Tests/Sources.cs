using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Sources that the tests share.</summary>
internal static class Sources
{
    public const string LowRank = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        namespace Example;

        /// <summary>A layer.</summary>
        [LowRank(8, Alpha = 16)]
        public sealed partial class Projection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;

    public const string RankStabilized = """
        namespace Example;

        /// <summary>A layer.</summary>
        [AdapterToolkit.LowRank(3, RankStabilized = true)]
        public partial class Stabilized(int features) : AdapterToolkit.Modules.Linear(features, features, bias: true);
        """;

    public const string Quantized = """
        namespace Example;

        /// <summary>A layer.</summary>
        [AdapterToolkit.LowRank(3), AdapterToolkit.Quantized(4)]
        public partial class InFourBits(int features) : AdapterToolkit.Modules.Linear(features, features);
        """;

    public const string Frozen = """
        namespace Example;

        /// <summary>A layer.</summary>
        [AdapterToolkit.Frozen]
        public partial class Fixed(int features) : AdapterToolkit.Modules.Linear(features, features);
        """;

    public const string MadeFromDimensions = """
        namespace Example;

        /// <summary>A layer that generic models can be made of.</summary>
        [AdapterToolkit.LowRank(3)]
        public partial class Made(int inFeatures, int outFeatures, bool bias = false) : AdapterToolkit.Modules.Linear(inFeatures, outFeatures, bias);
        """;

    public const string Trainable = """
        using AdapterToolkit;
        using AdapterToolkit.Formats;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Example;

        /// <summary>A model whose norm trains.</summary>
        [AdapterModel]
        public sealed partial class Normalized
        {
            /// <summary>The norm.</summary>
            [Checkpoint("norm"), Trainable]
            public RmsNorm Norm { get; } = new(8, 1e-5f);

            /// <summary>Runs the model.</summary>
            /// <param name="x">The rows.</param>
            public Tensor Forward(Tensor x) => Norm.Forward(x) * 2;
        }
        """;

    public const string UserOperator = """
        using AdapterToolkit;
        using AdapterToolkit.CompilerServices;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Example;

        /// <summary>Operators of the user's.</summary>
        public static class Squares
        {
            /// <summary>x², element by element.</summary>
            /// <param name="x">A tensor.</param>
            [Gradient(nameof(SquareGradient))]
            public static Tensor Square(Tensor x) => x * x;

            /// <summary>Its gradient.</summary>
            /// <param name="gradient">The gradient of the result.</param>
            /// <param name="x">The argument.</param>
            public static Tensor SquareGradient(Tensor gradient, Tensor x) => gradient * (2 * x);
        }

        /// <summary>A model that calls it where a condition holds.</summary>
        [AdapterModel]
        public sealed partial class Squared
        {
            /// <summary>How often.</summary>
            public int Times { get; set; } = 2;

            /// <summary>Runs the model.</summary>
            /// <param name="x">The rows.</param>
            public Tensor Forward(Tensor x)
            {
                for (int i = 0; i < Times; i++)
                    x = i == 1 ? Op.Silu(x) : Squares.Square(x);
                return x;
            }
        }
        """;

    public const string Helpers = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Example;

        /// <summary>A layer.</summary>
        [LowRank(2)]
        public sealed partial class Small() : Linear(8, 8);

        /// <summary>A model that calls helpers.</summary>
        [AdapterModel]
        public sealed partial class Residual
        {
            private readonly float _scale = 0.5f;

            /// <summary>The first layer.</summary>
            public Small Up { get; } = new();

            /// <summary>The second layer.</summary>
            public Small Down { get; } = new();

            /// <summary>Runs the model.</summary>
            /// <param name="x">The rows.</param>
            /// <param name="times">How often.</param>
            public Tensor Forward(Tensor x, int times)
            {
                int rows = x.Rows;
                return Step(Step(x, Up, times), Down, rows);

                Tensor Step(Tensor y, Small layer, int count) => y + Repeated(layer.Forward(y), count, _scale);
            }

            private static Tensor Repeated(Tensor z, int count, float scale)
            {
                if (count == 1)
                    return z * scale;
                int rows = count;
                while (rows-- > 0)
                    z = Op.Silu(z) * scale;
                return z;
            }
        }
        """;

    /// <summary>The files of the Llama model, with the usings that its project has.</summary>
    public static IReadOnlyList<string> Llama { get; } =
    [
        "global using System; global using System.Collections.Generic; global using System.IO; "
            + "global using System.Linq; global using System.Threading; global using System.Threading.Tasks;",
        LlamaSources.Usings,
        .. LlamaSources.Read().Select(file => file.Text),
    ];
}
