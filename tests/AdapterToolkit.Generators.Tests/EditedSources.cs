using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>A small project with five models, and what its files may be edited to.</summary>
internal static class EditedSources
{
    private const string Numbers = """
        namespace Users.Numbers
        {
            public static class Constants { public const float Scale = 2f; public static int Times = 3; }
            public static class Defaults { public const float Factor = 0.5f; }
            public static class Small { public const float Scale = 0.1f; public static int Times = 1; }
        }
        namespace Users.Other { public static class Defaults { public const float Factor = 8f; } }
        """;

    private const string Settings = """
        namespace Users.Numbers
        {
            public class Settings : Users.Numbers.SettingsBase { public float Scale { get; } = 1f; public string[] Names { get; } = []; }
        }
        """;

    private const string Operators = """
        using AdapterToolkit; using AdapterToolkit.Operators; using AdapterToolkit.Tensors; using Users.Numbers;
        namespace Users.Operators
        {
            public static class Squares
            {
                [Gradient(nameof(SquareGradient))] public static Tensor Square(Tensor x, float factor = Defaults.Factor) => x * x * factor;
                public static Tensor SquareGradient(Tensor gradient, Tensor x, float factor) => gradient * (2 * factor * x);
            }
        }
        """;

    private const string PlainSquare = """
         [Gradient(nameof(PlainGradient))] public static Tensor Square(Tensor x) => x;
         public static Tensor PlainGradient(Tensor gradient) => gradient;
        """;

    private const string Layers = """
        using AdapterToolkit; using AdapterToolkit.Modules; using AdapterToolkit.Operators; using AdapterToolkit.Tensors;
        namespace Users.Models
        {
            [LowRank(2)] public sealed partial class Layer() : Linear(8, 8);
            public partial class ModelBase : Module { protected Tensor Kept(Tensor x) => x * 2; protected int Unused() => 1; }
            public interface IHasLayers { System.Collections.Generic.IReadOnlyList<Layer> Layers { get; } }
        }
        """;

    private const string Models = """
        using AdapterToolkit; using AdapterToolkit.Operators; using AdapterToolkit.Tensors;
        using Users.Numbers; using Users.Operators;
        namespace Users.Models
        {
            [AdapterModel]
            public sealed partial class First : ModelBase
            {
                public Layer Layer { get; } = new();
                public Settings Settings { get; } = new();
                public Tensor Forward(Tensor x)
                {
                    int times = Constants.Times;
                    for (int i = 0; i < times.Twice(); i++)
                        x = Squares.Square(Layer.Forward(x)) * Settings.Scale;
                    return Shown(Kept(x));
                }
            }

            [AdapterModel]
            public sealed partial class Second
            {
                public First First { get; } = new();
                public Layer[] Layers { get; } = [new()];
                public Tensor Forward(Tensor x)
                {
                    switch (x.Rows) { case 1: x = Op.Silu(x); break; }
                    foreach (var name in First.Settings.Names)
                        x = x * name.Length;
                    foreach (var layer in Layers)
                        x += layer.Forward(x) * Constants.Scale;
                    return First.Forward(x);
                }
            }
        }
        """;

    private const string Part = """
        using AdapterToolkit.Operators; using AdapterToolkit.Tensors; using Users.Numbers;
        namespace Users.Models { partial class First { private Tensor Shown(Tensor x) => Op.Silu(Kept(x)) * Defaults.Factor + 1; } }
        """;

    private const string Third = """
        using AdapterToolkit; using AdapterToolkit.Operators; using AdapterToolkit.Tensors; using Users.Operators;
        namespace Users.Models.Inner
        {
            public partial class Outer
            {
                [AdapterModel]
                public sealed partial class Third
                {
                    public Second Second { get; } = new();
                    public Tensor Forward(Tensor x) => (Squares.Square(Second.Forward(x), Offset) + Total) * Library.Shelf.Height;
                }
            }
        }
        """;

    private const string Generic = """
        using AdapterToolkit; using AdapterToolkit.Modules; using AdapterToolkit.Operators; using AdapterToolkit.Tensors; using Users.Numbers;
        namespace Users.Models
        {
            [LowRank(2)] public partial class Made(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

            [AdapterModel]
            public sealed partial class Gate<TLayer> : GateBase<TLayer> where TLayer : Linear, ILinear<TLayer>
            {
                public TLayer Layer { get; } = TLayer.Create(8, 8);
                public Tensor Forward(Tensor x) => Layer.Forward(Kept.Forward(x)) * Constants.Scale;
            }

            [AdapterModel]
            public sealed partial class Gates
            {
                public Gate<Made> Gate { get; } = new();
                public Tensor Forward(Tensor x) => Gate.Forward(x);
            }
        }
        """;

    private const string GenericBase = """
        using AdapterToolkit.Modules;
        namespace Users.Models { public class GateBase<T> : Module where T : Linear, ILinear<T> { public T Kept { get; } = T.Create(8, 8); } }
        """;

    private const string Inner = "namespace Users.Models.Inner\n{";

    private const string Extensions = "namespace Users.Numbers { public static class Extensions { public static int Twice(this int number) => 2 * number; } }";

    /// <summary>The versions of each file, the first of which make the project that is started with; an empty one is no file.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Files { get; } =
    [
        ["", "global using Constants = Users.Numbers.Small;", "global using static Users.Models.More;", "global using Users.Further;"],
        [
            Numbers, Edited(Numbers, "Scale = 2f", "Scale = 3f"), Edited(Numbers, "Factor = 0.5f", "Factor = 0.25f"),
            Edited(Numbers, "Factor = 0.5f", "Factor = Constants.Scale"),
            Edited(Numbers, "static int Times", "static long Times"),
        ],
        [
            Settings, Edited(Settings, "{ get; } = 1f", "{ get; set; }"), Edited(Settings, "{ get; } = 1f", "=> 1f"),
            Edited(Settings, "{ get; } = 1f;", "{ get => field; }"), Edited(Settings, "{ get; } = 1f;", "{ get => 1f; }"),
            "#nullable disable\n" + Settings, "// <auto-generated/>\n" + Settings,
            Edited(Settings, "float Scale", "int Scale"), Edited(Settings, "public float Scale { get; } = 1f;", ""),
        ],
        ["namespace Users.Numbers { public class SettingsBase { } }", "namespace Users.Numbers { public class SettingsBase { public double Scale; } }"],
        [
            Operators, Edited(Operators, "=> x * x * factor", "=> x * x * factor * 1f"),
            Edited(Operators, "(2 * factor * x);", "(2 * factor * x);" + PlainSquare),
            Edited(Operators, "using Users.Numbers;", "using Users.Other;"), Edited(Operators, "[Gradient(nameof(SquareGradient))]", ""),
            Edited(Operators, "Tensor gradient, Tensor x, float factor) => gradient * (2 * factor * x)", "Tensor gradient, float factor) => gradient"),
        ],
        [
            Layers, Edited(Layers, "[LowRank(2)]", "[Frozen]"), Edited(Layers, "Layer() : Linear(8, 8)", "Layer() : Linear(16, 16)"),
            Edited(Layers, "Module { ", "Module { public Layer Below { get; } = new(); "),
            Edited(Layers, "ModelBase : Module", "ModelBase"), Edited(Layers, "ModelBase : Module {", "ModelBase : Middle {"),
            Edited(Layers, "x * 2", "x * 3"), Edited(Layers, "=> 1", "=> 2"), Edited(Layers, "protected Tensor", "protected virtual Tensor"),
            Edited(Layers, "LowRank(2)", "LowRank(0)"),
        ],
        [
            "using AdapterToolkit.Modules; namespace Users.Models { public class Middle : Module { public int saved; } }",
            "namespace Users.Models { public class Middle { } }",
        ],
        [
            Models, Edited(Models, "i < times", "i <= times"), "\n\n" + Models,
            Edited(Models, "using Users.Numbers;", "using Users.Numbers; using Users.Further;"),
            Edited(Models, "namespace Users.Models", "namespace Users.Moved"),
            Edited(Models, "* Constants.Scale", "* Constants.Scale.Doubled()"),
            Edited(Models, "using Users.Numbers;", "using Users.Numbers; using Constants = Users.Numbers.Small;"),
        ],
        [
            Third, Edited(Third, "Outer", "Frame"), "using Users.Numbers;\n" + Third,
            Edited(Third, Inner, Inner + " using Squares = Users.Numbers.Small; } " + Inner),
            Edited(Third, Inner, Inner + " } " + Inner + " using Squares = Users.Numbers.Small;"),
        ],
        [
            "namespace Users.Models.Inner { partial class Outer { private const float Offset = 1f; private static float Total => 2f; } }",
            "namespace Users.Models.Inner { partial class Outer { private static readonly float Offset = 1f; private const float Total = 2f; } }",
            "namespace Users.Models.Inner { partial class Outer { private static class Squares { } private const float Offset = 1f, Total = 3f; } }", "",
        ],
        ["", "namespace Users.Models.Inner { partial class Outer { partial class Third { private int record; } } }"],
        [
            Part, Edited(Part, "+ 1", "+ 2"), Edited(Part, "Defaults.Factor", "Constants.Scale"), Edited(Part, "Tensor Shown", "virtual Tensor Shown"),
            Edited(Part, "Kept(x)", "Shown(x)"), Edited(Part, "private Tensor", "private static Tensor"),
        ],
        [
            Extensions, Edited(Extensions, "Extensions", "Renamed"), Edited(Extensions, "2 * number", "number + number"),
            Edited(Extensions, "(this int number)", "(this long number)"), "",
        ],
        ["", "namespace Users.Models { internal static class Nearer { public static int Twice(this int number) => number; } }"],
        ["", "namespace Users.Models { internal static class Blocks { extension(int number) { public int Twice() => number; } } }"],
        [
            "",
            "using AdapterToolkit.Tensors; namespace Users.Models { internal static class Products { "
                + "extension(Tensor) { public static Tensor operator *(Tensor left, float right) => left; } } }",
        ],
        ["", "namespace Users.Models { internal static class Constants { public const float Scale = 5f; public const int Times = 7; } }"],
        [
            "",
            "namespace Users.Further { public class Settings { public float Scale => 1f; } }\n"
                + "namespace Users.Further { public static class More { public static float Doubled(this float number) => number; } }",
        ],
        [
            "",
            "namespace Users.Models { public static class More { public static float Offset => 1f; public static float Doubled(this float one) => one; } }",
        ],
        [
            "", "namespace Users.Models { public class Tensor { } }", "namespace Users { public class Op { } }",
            "namespace Users.Models { public class selector { } }",
        ],
        ["", "namespace Users.Operators { public class Squares { } }", "namespace Users.Models { namespace Constants { } }"],
        [
            "", "int times = 3; float Total = 4f; System.Console.WriteLine(times + Total);", "int Constants = 3; System.Console.WriteLine(Constants);",
            "class GradientAttribute(string name) : System.Attribute { public string Name => name; }", "namespace System { public struct Single { } }",
        ],
        [
            Generic, Edited(Generic, ", bool bias = false", ""), Edited(Generic, "Linear, ILinear<TLayer>", "Linear"), Edited(Generic, "TLayer", "TOther"),
            Edited(Generic, "where TLayer : Linear", "where TLayer : Module"), Edited(Generic, "Gate<TLayer>", "Gate<TLayer, TMore>"),
            Edited(Generic, "[LowRank(2)]", "[LowRank(3)]"),
        ],
        [
            GenericBase, Edited(GenericBase, "GateBase<T>", "GateBase<T, U>"), Edited(GenericBase, "public T Kept { get; } =", "public T Kept { get; set; } ="),
            Edited(GenericBase, "public T Kept", "public Made Kept"), Edited(GenericBase, "{ public T", "{ public const float Scale = 3f; public T"), "",
        ],
        [
            "", "namespace Users.Models { partial class Made { public required int Number; } }",
            "namespace Users.Models { partial class Gate<TLayer> { int x; } }",
        ],
        ["", "namespace Users.Models { public class TLayer { } class Gate { } }", "namespace Users.Models { public interface ILinear<T> { } }"],
        ["class Unrelated { int M() { return 1; } }", "class Unrelated { int M() { return 2; } }", "class Unrelated { int M() { return 2; } int N; }"],
    ];

    /// <summary>The versions of a library that the project refers to.</summary>
    public static IReadOnlyList<string> Libraries { get; } =
    [
        "namespace Library { public static class Shelf { public const float Height = 1f; } }",
        "namespace Library { public static class Shelf { public static float Height => 1f; } }",
        "namespace Library { public static class Shelf { public static string Height => \"\"; } }",
    ];

    private static string Edited(string text, string before, string after)
    {
        Assert.Contains(before, text, StringComparison.Ordinal);
        return text.Replace(before, after, StringComparison.Ordinal);
    }
}
