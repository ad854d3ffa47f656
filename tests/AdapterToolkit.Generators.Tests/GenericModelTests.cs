using System.Collections.Immutable;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Models, and layers, that are generic in a layer class.</summary>
public sealed class GenericModelTests
{
    private const string Usings = """
        #pragma warning disable CS1591, CS9113 // Only what is emitted is looked at.
        using System.Collections.Generic;
        using System.Linq;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Users;

        """;

    private const string Models = Usings + """
        [AdapterModel]
        public sealed partial class Gate<TProjection>(int width)
            where TProjection : Linear, ILinear<TProjection>
        {
            [Checkpoint("up")] public TProjection Up { get; } = TProjection.Create(width, 2 * width);
            public TProjection? Down { get; init; }

            public Tensor Forward(Tensor x) => Op.Silu(Up.Forward(x));
        }

        [AdapterModel]
        public partial class Block<TGate, TOther>(int width)
            where TGate : Linear, ILinear<TGate>
            where TOther : Linear, ILinear<TOther>
        {
            public Gate<TGate> Gate { get; } = new(width);
            public IReadOnlyList<TOther> Rest { get; } = [TOther.Create(2 * width, width, bias: true), TOther.Create(width, width)];

            public Tensor Forward(Tensor x)
            {
                Tensor y = Gate.Forward(x);
                foreach (TOther layer in Rest)
                    y = layer.Forward(y);
                return x + y;
            }
        }

        [AdapterModel]
        public sealed partial class Stack<TProjection>(int width)
            where TProjection : Linear, ILinear<TProjection>
        {
            public IReadOnlyList<Block<TProjection, TProjection>> Blocks { get; } = [new(width), new(width)];

            public Tensor Forward(Tensor x)
            {
                foreach (Block<TProjection, TProjection> block in Blocks)
                    x = block.Forward(x);
                return x;
            }
        }
        """;

    private const string Closed = Usings + """
        [LowRank(2)] public partial class Narrow(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
        [LowRank(4), Quantized(4)]
        public sealed partial class Wide(bool bias, int outFeatures, int inFeatures, int times = 1) : Linear(inFeatures, times * outFeatures, bias);
        [Frozen] public sealed partial class Plain(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

        public sealed class ByHand(int inFeatures, int outFeatures, bool bias) : Narrow(inFeatures, outFeatures, bias), ILinear<ByHand>
        {
            public static ByHand Create(int inFeatures, int outFeatures, bool bias = false) => new(inFeatures, outFeatures, bias);
        }

        [AdapterModel]
        public sealed partial class Whole
        {
            public Stack<Narrow> First { get; } = new(8);
            public Stack<Wide> Second { get; } = new(8);
            public Block<Narrow, ByHand> Third { get; } = new(8);
            public Gate<Plain>[] Gates { get; } = [new(8)];

            public Tensor Forward(Tensor x)
            {
                x = Third.Forward(Second.Forward(First.Forward(x)));
                foreach (Gate<Plain> gate in Gates)
                    x = gate.Forward(x);
                return x;
            }
        }
        """;

    [Fact]
    public void Generic_models_compile_without_a_warning() => AssertClean(Models, Closed);

    [Fact]
    public void A_generic_model_gets_what_one_written_for_its_layer_gets()
    {
        string generic = GeneratorRun.Emit(Models, Closed)["Users.Gate`1.g.cs"];
        string written = Models[..Models.IndexOf("[AdapterModel]\npublic partial class Block", StringComparison.Ordinal)]
            .Replace("Gate<TProjection>", "Gate", StringComparison.Ordinal)
            .Replace("where TProjection : Linear, ILinear<TProjection>", "", StringComparison.Ordinal)
            .Replace("TProjection.Create", "new Narrow", StringComparison.Ordinal)
            .Replace("TProjection", "Narrow", StringComparison.Ordinal);
        string closed = GeneratorRun.Emit(written, Closed[..Closed.IndexOf("[AdapterModel]", StringComparison.Ordinal)])["Users.Gate.g.cs"];
        Assert.Contains("partial class Gate<TProjection>", generic, StringComparison.Ordinal);
        Assert.Contains("Up.Backward(", generic, StringComparison.Ordinal);
        Assert.Equal(closed, generic.Replace("Gate<TProjection>", "Gate", StringComparison.Ordinal));
    }

    [Fact]
    public void One_name_with_several_numbers_of_type_parameters_gives_a_file_each()
    {
        const string twins = Usings + """
            [AdapterModel] public sealed partial class Twin { public Tensor Forward(Tensor x) => Op.Silu(x); }
            [AdapterModel] public sealed partial class Twin<T> where T : Linear, ILinear<T> { public Tensor Forward(Tensor x) => Op.Silu(x); }
            [AdapterModel] public sealed partial class Twin<T, U> where T : Linear where U : T { public Tensor Forward(Tensor x) => Op.Silu(x); }
            [AdapterModel] public sealed partial class Twin_1 { public Tensor Forward(Tensor x) => Op.Silu(x); }
            """;
        ImmutableSortedDictionary<string, string> emitted = GeneratorRun.Emit(twins);
        Assert.Equal(
            new HashSet<string> { "Users.Twin.g.cs", "Users.Twin`1.g.cs", "Users.Twin`2.g.cs", "Users.Twin_1.g.cs" },
            emitted.Keys.Where(name => name.StartsWith("Users.", StringComparison.Ordinal)).ToHashSet());
        AssertClean(twins);
    }

    [Fact]
    public void Names_of_type_parameters_are_not_taken_by_what_is_emitted() => AssertClean(Usings + """
        [LowRank(2)] public sealed partial class Narrow(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

        [AdapterModel]
        public sealed partial class Odd<SavedValues, SavedInputs, UpRecord, Up2>(int width)
            where SavedValues : Linear, ILinear<SavedValues>
            where SavedInputs : struct
            where UpRecord : class
        {
            public SavedValues Up { get; } = SavedValues.Create(width, width);
            public UpRecord? Something { get; init; }

            public Tensor Forward(Tensor x, SavedInputs kind, List<Up2> list, UpRecord other)
            {
                if (kind.Equals(default(SavedInputs)) && list.Count > 0 && other is not null && typeof(UpRecord) == typeof(string))
                    x = Op.Silu(Up.Forward(x));
                return x;
            }
        }

        public sealed class User { public Odd<Narrow, int, string, string> Odd { get; } = new(8); }
        """);

    [Fact]
    public void Generic_models_derive_from_generic_classes() => AssertClean(Usings + """
        [LowRank(2)] public sealed partial class Narrow(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

        public abstract class Part<T> : Module
            where T : Linear, ILinear<T>
        {
            public T Kept { get; } = T.Create(8, 8);
            public override IEnumerable<ModuleChild> Children => [new ModuleChild("kept", Kept)];
        }

        [AdapterModel]
        public sealed partial class Derived<T> : Part<T>
            where T : Linear, ILinear<T>
        {
            public Tensor Forward(Tensor x) => Kept.Forward(x);
        }

        [AdapterModel]
        public abstract partial class Base<T>
            where T : Linear, ILinear<T>
        {
            public T First { get; } = T.Create(8, 8);
            public virtual Tensor Forward(Tensor x) => First.Forward(x);
        }

        [AdapterModel]
        public sealed partial class Second<T, TOther> : Base<T>
            where T : Linear, ILinear<T>
            where TOther : Base<T>, new()
        {
            public TOther Other { get; } = new();
            public override Tensor Forward(Tensor x) => Other.Forward(First.Forward(x));
        }

        [AdapterModel] public sealed partial class Third : Base<Narrow>;

        [AdapterModel]
        public sealed partial class User
        {
            public Second<Narrow, Third> Second { get; } = new();
            public Derived<Narrow> Derived { get; } = new();
            public Tensor Forward(Tensor x) => Derived.Forward(Second.Forward(x));
        }
        """.Replace("public sealed partial class Third : Base<Narrow>;",
            "public sealed partial class Third : Base<Narrow> { public override Tensor Forward(Tensor x) => First.Forward(x) * 2; }", StringComparison.Ordinal));

    [Fact]
    public void A_generic_layer_has_kernels_and_a_factory() => AssertClean(Usings + """
        [LowRank(2)]
        public sealed partial class Marked<TTag>(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

        [AdapterModel]
        public sealed partial class Holder<T> where T : Linear, ILinear<T>
        {
            public T Layer { get; } = T.Create(8, 8);
            public Marked<int> Other { get; } = new(8, 8);
            public Tensor Forward(Tensor x) => Other.Forward(Layer.Forward(x));
        }

        public sealed class User { public Holder<Marked<string>> Holder { get; } = new(); }
        """);

    [Theory]
    [InlineData("int inFeatures, int outFeatures, bool bias = false", true)]
    [InlineData("bool bias, int outFeatures, int inFeatures, params float[] more", true)]
    [InlineData("int inFeatures, int outFeatures", false)]
    [InlineData("int inFeatures, int outFeatures, bool bias, int more", false)]
    [InlineData("long inFeatures, int outFeatures, bool bias", false)]
    public void A_layer_gets_a_factory_where_its_constructor_takes_the_dimensions(string parameters, bool expected)
    {
        string arguments = parameters.Contains("bool bias", StringComparison.Ordinal) ? "(int)inFeatures, outFeatures, bias" : "(int)inFeatures, outFeatures";
        string source = $$"""
            {{Usings}}
            [LowRank(2)] public sealed partial class Layer({{parameters}}) : Linear({{arguments}});
            """;
        AssertClean(source);
        Assert.Equal(expected, GeneratorRun.Emit(source)["Users.Layer.g.cs"].Contains("ILinear<Layer>.Create(", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("public abstract partial class Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);")]
    [InlineData("""
        public sealed partial class Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias)
        {
            public required string Kind { get; init; }
        }
        """)]
    [InlineData("""
        public sealed partial class Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias), ILinear<Layer>
        {
            public static Layer Create(int inFeatures, int outFeatures, bool bias = false) => new(inFeatures, outFeatures, bias);
        }
        """)]
    public void A_layer_that_can_not_be_made_or_has_a_factory_gets_none(string layer)
    {
        string source = $"{Usings}\n[LowRank(2)] {layer}";
        AssertClean(source);
        Assert.DoesNotContain("ILinear<", GeneratorRun.Emit(source)["Users.Layer.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_without_a_factory_is_an_error_where_a_model_is_to_be_made_of_it()
    {
        const string user = Usings + """
            [LowRank(2)] public sealed partial class Square(int inFeatures) : Linear(inFeatures, inFeatures);
            public sealed class User { public Stack<Square> Stack { get; } = new(8); }
            """;
        Assert.Contains(GeneratorRun.Check(Models, user), found =>
            found.Id == "CS0311" && found.GetMessage(null).Contains("ILinear<Users.Square>", StringComparison.Ordinal));
    }

    private static void AssertClean(params string[] sources)
    {
        string found = string.Join("\n", GeneratorRun.Check(sources));
        Assert.True(found.Length == 0, found);
    }
}
