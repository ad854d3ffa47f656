using System.Collections.Immutable;
using System.Globalization;
using AdapterToolkit.Analyzers.Rules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>What a rule says names the thing, what happens otherwise, and the remedy, and stands at the smallest expression that is wrong.</summary>
public sealed class MessageTests
{
    private const string Torch = """
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;
            public Lora() : base("lora")
            {
                weight = new Parameter(randn(64, 64), requires_grad: false);
                lora_A = new Parameter(randn(4, 64));
                lora_B = new Parameter(zeros(64, 4));
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => BODY;
            public object Train() => TRAIN;
        }
        """;

    private const string Right = "functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B)";

    private const string Layer = "[LowRank(2)] public partial class Projection() : Linear(8, 8);\n";

    /// <summary>A rule, a program that breaks it, the expression that is wrong, and what is said: the thing, the consequence, the remedy.</summary>
    public static TheoryData<string, string, string, string, string, string> Rules => new()
    {
        {
            "ADT0001",
            "[LowRank(2)] public class Projection() : Linear(8, 8);",
            "Projection", "'Projection' is not partial",
            ", so that the generator can't add its half", "; mark it partial"
        },
        {
            "ADT0002",
            "[LowRank(8)] public partial class Projection() : Linear(8, 8);",
            "LowRank(8)", "The rank 8 of 'Projection' is not below 8, the smaller of its two dimensions",
            ", so that BA is no map of low rank", "; lower it"
        },
        {
            "ADT0003",
            "[LowRank(7)] public partial class Projection() : Linear(12, 12);",
            "LowRank(7)", "At rank 7, the factors of 'Projection' hold 168 numbers and its weight holds 144",
            ", so that the adapter saves nothing", "; lower the rank"
        },
        {
            "ADT0004",
            "[LowRank(2), Quantized(5)] public partial class Projection() : Linear(64, 64);",
            "Quantized(5)", "'Projection': 5 bits a weight",
            " are not supported", "; use 4, 8 or 16"
        },
        {
            "ADT0005",
            """
            [LowRank(2), Quantized(4)] public partial class Small() : Linear(64, 64);
            [AdapterModel] public partial class Model { [Trainable] public Small Head { get; } = new(); public Tensor Forward(Tensor x) => Head.Forward(x); }
            """,
            "Head",
            "'Head' is marked [Trainable], but the weight of Small is quantized", " and can't follow a gradient", "; mark Small [LowRank], and not its member"
        },
        {
            "ADT0006",
            Layer + """
            [AdapterModel]
            public partial class Model { [Trainable] public Projection Head { get; } = new(); public Tensor Forward(Tensor x) => Head.Forward(x); }
            """,
            "Head",
            "'Head' is marked [Trainable]", ", but Projection has no weight that can train",
            "; the attribute goes on an RmsNorm of a model, or on a list of them"
        },
        {
            "ADT0101", Torch.Replace("BODY", "functional.linear(x, weight) + x.matmul(lora_B.matmul(lora_A).T)").Replace("TRAIN", "this"),
            "x.matmul(lora_B.matmul(lora_A).T)", "'Lora.lora_B' times 'Lora.lora_A' is formed and multiplied by 'x'", ", which costs another full layer",
            "; multiply 'x' by 'Lora.lora_A' first, then by 'Lora.lora_B': B(Ax) gives the same"
        },
        {
            "ADT0102", Torch.Replace("BODY", Right).Replace("TRAIN", "torch.optim.AdamW(new[] { lora_A, weight })"),
            "weight", "The frozen weight 'weight' is given to an optimizer", ", so that the adapter alone no longer holds what is learned",
            "; leave it out: only the factors of its adapter train"
        },
        {
            "ADT0103", Layer + "public class User(Projection layer) { public void Clear() => layer.Weight.Data.Clear(); }",
            "layer.Weight.Data.Clear()", "The frozen weight 'layer.Weight' is written in place", ", so that the adapter beside it means nothing any more",
            "; load it once before its first use, and change it by a merge only"
        },
        {
            "ADT0104",
            Layer + """
            [AdapterModel]
            public partial class Model
            {
                public Projection First { get; } = new();
                public Projection Second { get; } = new();
                public Tensor Forward(Tensor x) => First.Forward(x);
            }
            """,
            "Second", "Forward of 'Model' never reaches 'Second'", ", so that its adapter would never train", "; run 'Second' in Forward, or remove it"
        },
        {
            "ADT0105",
            Layer + """
            public class User(Projection layer)
            {
                public Tensor Run(Tensor x) => MatMul(x, layer.Weight.ToTensor());
                private static Tensor MatMul(Tensor left, Tensor right)
                {
                    Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                    for (int i = 0; i < left.Rows; i++)
                        for (int j = 0; j < right.Columns; j++)
                            for (int k = 0; k < left.Columns; k++)
                                result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                    return result;
                }
            }
            """,
            "MatMul(x, layer.Weight.ToTensor())",
            "'layer.Weight' is multiplied directly, past its layer's adapter", ", so that what was trained has no effect here",
            "; call the layer's Forward"
        },
        {
            "ADT0106", Layer + "public static class User { public static void Clear(LowRankFactors f) { f.A.Value.Clear(); f.B.Value.Clear(); } }",
            "f.B.Value.Clear()",
            "'f': both factors start at zero", ", so that neither has a gradient and the adapter never trains", "; start A at random and B at zero"
        },
        {
            "ADT0107", MergeSource.Models + "public class User { public void Finish(Model net) { net.MergeTo(16); net.Merge(); } }",
            "net.Merge()",
            $"'net' may be merged already by 'MergeTo' in line {MergeSource.Models.Count(letter => letter == '\n') + 1}",
            ", and its adapter would count twice or is gone",
            "; merge once, or call Unmerge after a reversible merge"
        },
        {
            "ADT0108",
            """
            [LowRank(2), Quantized(4)] public partial class Small() : Linear(64, 64);
            public class User(Small layer) { public void Finish() => layer.Merge(); }
            """,
            "layer.Merge()", "The weights of 'layer' are stored in 4 bits", ", and merging into them rounds the adapter away",
            "; write MergeTo(16) or MergeTo(32)"
        },
        {
            "ADT0109", Torch.Replace("BODY", "functional.linear(functional.linear(x, lora_A), lora_B)").Replace("TRAIN", "this"),
            "functional.linear(functional.linear(x, lora_A), lora_B)", "'Lora.forward' returns only the term of 'Lora.lora_A' and 'Lora.lora_B'",
            ", a map of low rank that is zero before training", "; add W's term: y = Wx + s B(Ax)"
        },
        {
            "ADT0201",
            Layer + """
            [AdapterModel]
            public partial class Model
            {
                public Projection Layer { get; } = new();
                public Projection? Extra { get; }
                public Tensor Forward(Tensor x) => Extra?.Forward(Layer.Forward(x)) ?? x;
            }
            """,
            "Extra?.Forward(Layer.Forward(x)) ?? x", "Forward can't be differentiated here", ": '??' on tensors", "; choose with an if statement, or with ?:"
        },
        {
            "ADT0202",
            """
            [Frozen] public partial class Fixed() : Linear(8, 8);
            [AdapterModel] public partial class Model { public Fixed Layer { get; } = new(); public Tensor Forward(Tensor x) => Layer.Forward(x); }
            """,
            "Model",
            "Nothing in 'Model' would train", ": its Forward reaches no layer marked [LowRank], and no member marked [Trainable]",
            "; run one there, or mark one"
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task NamesTheThingTheConsequenceAndTheRemedy(string rule, string source, string place, string thing, string consequence, string remedy)
    {
        Diagnostic found = Assert.Single(
            await Compile(source).WithAnalyzers([.. RulePageTests.Analyzers]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken),
            diagnostic => diagnostic.Id == rule);
        Assert.Equal(thing + consequence + remedy, found.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal(place, source.Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
    }

    [Fact]
    public void EveryRuleIsFired() => Assert.Equal(
        RulePageTests.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Order(StringComparer.Ordinal),
        Rules.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    private static Compilation Compile(string source)
    {
        if (!source.Contains("Module<", StringComparison.Ordinal))
            return Corpus.Compile("Messages", [("Source.cs", source), ("Usings.cs", RuleTest<TensorUseAnalyzer>.Usings)]);
        ImmutableArray<MetadataReference> references = [.. Net100.References.All, TorchSharpReference.Value];
        return CSharpCompilation.Create("Messages",
            [CSharpSyntaxTree.ParseText(source), CSharpSyntaxTree.ParseText(RuleTest<TensorUseAnalyzer>.TorchUsings)],
            references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }
}
