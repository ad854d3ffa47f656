namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>A place in a program where the bodies of constructs stand.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Type">The type of the value that goes through a construct.</param>
/// <param name="Given">The value.</param>
/// <param name="Harmless">A value of the same type with which nothing is wrong.</param>
/// <param name="Use">What is done with it behind the construct: a value of the same type.</param>
/// <param name="Member">The declaration around <c>BODY</c>.</param>
/// <param name="Shared">What all programs of the place share.</param>
internal sealed record Place(string Name, string Type, string Given, string Harmless, string Use, string Member, string Shared)
{
    private const string TorchFactors = "Shared.Layer.lora_B.matmul(Shared.Layer.lora_A)";

    private const string ToolkitFactors = "My.MatMul(Shared.Layer.Factors!.B.Value, Shared.Layer.Factors.A.Value)";

    private const string Torch = """
        public class Lora : Module<Tensor, Tensor>
        {
            public readonly Parameter weight, lora_A, lora_B;
            public Lora(int size, int rank) : base("lora")
            {
                weight = new Parameter(randn(size, size), requires_grad: false);
                lora_A = new Parameter(randn(rank, size));
                lora_B = new Parameter(zeros(size, rank));
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);
        }
        public static class Shared { public static readonly Lora Layer = new(64, 4); public static readonly Tensor Input = randn(2, 64); }
        """;

    private const string Toolkit = """
        [LowRank(2)] public partial class Projection() : Linear(8, 8);
        public static class My
        {
            public static Tensor MatMul(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Columns; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                return result;
            }
        }
        public static class Shared { public static readonly Projection Layer = new(); public static readonly Tensor Input = null!; }
        """;

    private const string Merging = $$"""
        {{Toolkit}}
        [AdapterModel]
        public sealed partial class Model() : LanguageModel(null!)
        {
            public Projection Layer { get; } = new();
            public override LanguageModelHead Head => null!;
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => null!;
            {{RuleTest<Rules.MergeOnceAnalyzer>.EmittedHalf}}
        }
        """;

    /// <summary>Whether its programs use TorchSharp, and not the toolkit.</summary>
    public bool IsOfTorch { get; private init; }

    /// <summary>Whether the body stands outside any type.</summary>
    public bool IsTopLevel { get; private init; }

    /// <summary>A method that the forward pass of a module of TorchSharp calls.</summary>
    public static Place HelperOfTorch { get; } = OfTorch("a helper of a TorchSharp module", """
        public class Host() : Module<Tensor, Tensor>("host")
        {
            public override Tensor forward(Tensor x) => Shared.Layer.forward(x) + Use(x);
            private static V Use(Tensor x) { BODY }
        }
        """);

    /// <summary>The same, of a frozen weight that is given to an optimizer.</summary>
    public static Place WeightOfTorch { get; } = new(
        "a frozen weight of TorchSharp", "TorchSharp.Modules.Parameter", "Shared.Layer.weight", "Shared.Layer.lora_A",
        "Train(r)", """
        public class Host
        {
            private static V Use(Tensor x) { BODY }
            private static V Train(V parameter) { var optimizer = torch.optim.AdamW(new[] { parameter }); return parameter; }
        }
        """, Torch)
    { IsOfTorch = true };

    /// <summary>A method of a class that runs a layer of the toolkit.</summary>
    public static Place HelperOfToolkit { get; } = OfToolkit(
        "a helper of the toolkit", "public class Host { public V Run(V x) => Use(x); private static V Use(V x) { BODY } }");

    /// <summary>A body that merges.</summary>
    public static Place MergingBody { get; } = new("a merge", "Model", "Merge(new Model())", "new Model()", "Merge(r)", """
        public static class Host
        {
            public static V Use() { BODY }
            private static V Merge(V model) { model.Merge(); return model; }
        }
        """, Merging);

    /// <summary>The <c>Forward</c> of a model, in which a layer's result goes through the construct.</summary>
    public static Place ForwardOfModel { get; } = new("the Forward of a model", "AdapterToolkit.Tensors.Tensor", "Layer.Forward(x)", "x", "r", """
        [AdapterModel]
        public partial class Host
        {
            public Projection Before { get; } = new();
            public Projection Layer { get; } = new();
            public V Forward(V x) { x = Before.Forward(x); BODY }
        }
        """, Toolkit);

    /// <summary>All places.</summary>
    public static IReadOnlyList<Place> All { get; } =
    [
        HelperOfTorch,
        WeightOfTorch,
        HelperOfToolkit,
        MergingBody,
        ForwardOfModel,
        OfTorch("a forward pass", "public class Host() : Module<Tensor, Tensor>(\"host\") { public override V forward(Tensor x) { BODY } }"),
        OfTorch("a property", "public class Host { public V Made { get { Tensor x = Shared.Input; BODY } } }"),
        OfTorch("an operator", "public class Host { public static V operator *(Host left, Tensor x) { BODY } }"),
        OfTorch("a conversion", "public class Host { public Tensor x = null!; public static implicit operator V(Host host) { Tensor x = host.x; BODY } }"),
        OfTorch("a local function", "public class Host { public V Run(Tensor x) { return Use(); V Use() { BODY } } }"),
        OfTorch("a generic method", "public class Host<T> { public V Run<U>(Tensor x) where U : T { BODY } }"),
        OfTorch("an async method", """
            public class Host
            {
                public V Run() => RunLater().Result;
                private static async Task<V> RunLater() { await Task.Yield(); return Use(); V Use() { Tensor x = Shared.Input; BODY } }
            }
            """),
        OfToolkit("a constructor", "public class Host { public V Made; public Host(V x) { Made = Use(); return; V Use() { BODY } } }"),
        OfToolkit("a lambda", "public class Host { public V Run(V given) { Func<V, V> use = x => { BODY }; return use(given); } }"),
        OfToolkit("a field's initializer", "public class Host { private readonly V _made = ((Func<V, V>)(x => { BODY }))(Shared.Input); }"),
        OfToolkit("a property's initializer", "public class Host { public V Made { get; } = ((Func<V, V>)(x => { BODY }))(Shared.Input); }"),
        OfToolkit("an extension member", "public static class Host { extension(string subject) { public V Made(V x) { BODY } } }"),
        OfToolkit("an interface's method", "public interface IHost { V Made(V x) { BODY } }"),
        OfToolkit("top-level statements", "V x = Shared.Input; BODY") with { IsTopLevel = true },
    ];

    /// <summary>A program with one construct at the place.</summary>
    /// <param name="construct">The construct.</param>
    /// <param name="number">What sets its names apart from those of the others.</param>
    /// <param name="isHarmless">Whether nothing is wrong with the value.</param>
    public string Program(Construct construct, int number, bool isHarmless = false)
    {
        string body = $"int n = Environment.ProcessorCount; bool flag = n > 2; V v = {(isHarmless ? Harmless : Given)}; {construct.Statements}";
        string member = Member.Replace("BODY", $"{body} {(IsTopLevel ? $"n = {Use}.GetHashCode();" : $"return {Use};")}", StringComparison.Ordinal);
        return IsTopLevel
            ? $"using V = {Type};\n{member}\n{construct.Declarations}"
            : $"namespace Construct{number}\n{{\nusing V = {Type};\n{member}\n{construct.Declarations}\n}}";
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Place OfTorch(string name, string member) =>
        new(name, "TorchSharp.torch.Tensor", TorchFactors, "functional.relu(x)", "functional.linear(x, r)", member, Torch) { IsOfTorch = true };

    private static Place OfToolkit(string name, string member) =>
        new(name, "AdapterToolkit.Tensors.Tensor", ToolkitFactors, "Shared.Layer.Forward(x)", "My.MatMul(r, x)", member, Toolkit);
}
