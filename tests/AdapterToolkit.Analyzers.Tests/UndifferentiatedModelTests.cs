using System.Collections.Immutable;
using AdapterToolkit.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// A class whose <c>Forward</c> can't be differentiated gets another half with which it compiles, and so do those that are made of it: the user reads
/// ADT0201 and nothing else.
/// </summary>
public sealed class UndifferentiatedModelTests
{
    [Theory]
    [InlineData("return User.Other(x);")]
    [InlineData("float[] numbers = x.ToArray(); return x;")]
    [InlineData("Func<Tensor> later = () => Layer.Forward(x); return x;")]
    [InlineData("return x + Stored;")]
    [InlineData("if (x.ToArray()[0] > 0) x = -x; return x;")]
    [InlineData("try { x = Layer.Forward(x); } finally { } return x;")]
    [InlineData("again: x = Layer.Forward(x); if (x.Rows > 3) goto again; return x;")]
    [InlineData("foreach (var part in from layer in Layers select layer) x = part.Forward(x); return x;")]
    [InlineData("return Op.Add(x, Layer.Weight.ToTensor());")]
    [InlineData("Tensor[] many = [x, x]; return many[0];")]
    [InlineData("ref Tensor y = ref x; return Layer.Forward(y);")]
    public Task ABody(string body) => Check($"public Tensor Forward(Tensor x) {{ x = Layer.Forward(x); {body} }}", "new Model().Forward(x)");

    [Theory]
    [InlineData("public Tensor Forward(ref Tensor x) => Layer.Forward(x);")]
    [InlineData("public Tensor Forward(Tensor? x) => Layer.Forward(x!);")]
    [InlineData("public Tensor Forward(ReadOnlySpan<int> sizes, Tensor x) => Layer.Forward(x);")]
    [InlineData("public Tensor Forward<T>(Tensor x, List<T> many) => Layer.Forward(x);")]
    [InlineData("public static Tensor Forward(Tensor x) => x;")]
    [InlineData("private Tensor Forward(Tensor x) => User.Other(x);")]
    [InlineData("protected internal Tensor Forward(Tensor @class, int record, Tensor pass, float gradient) => User.Other(@class);")]
    [InlineData("public float Forward(float x) => x;")]
    [InlineData("")]
    public Task ADeclaration(string forward) => Check(forward, "x");

    [Fact]
    public Task AModelThatOthersAreMadeOf() => Check("public Tensor Forward(Tensor x) => User.Other(x);", "new Model().Evaluate(x)", """
        [AdapterModel]
        public partial class Outer
        {
            public Small First { get; } = new();
            public Model Inner { get; } = new();
            public Tensor Forward(Tensor x) => Inner.Forward(First.Forward(x));
        }
        [AdapterModel]
        public partial class Derived : Model
        {
            public Small Second { get; } = new();
            public new Tensor Forward(Tensor x) => Second.Forward(x);
        }
        """);

    [Fact]
    public async Task ALanguageModelWithoutForwardLacksNothingElse()
    {
        Compilation compilation = Generated("""
            [LowRank(2)] public partial class Small() : Linear(8, 8);
            [AdapterModel]
            public partial class Model() : LanguageModel(null!)
            {
                public Small Layer { get; } = new();
                public override LanguageModelHead Head => null!;
            }
            """);
        Diagnostic missing = Assert.Single(Problems(compilation));
        Assert.Equal("CS0534", missing.Id);
        Assert.Contains("Forward(", missing.GetMessage(null), StringComparison.Ordinal);
        ImmutableArray<Diagnostic> reported = await Corpus.Analyze(compilation, TestContext.Current.CancellationToken);
        Assert.Equal(["ADT0201"], reported.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void TheCompanionsThrow()
    {
        Compilation compilation = Generated(Model("public Tensor Forward(Tensor x) => User.Other(x);", "x"));
        string half = compilation.SyntaxTrees.Single(tree => Path.GetFileName(tree.FilePath) == "Model.g.cs").ToString();
        const string Throw = "throw new global::System.NotSupportedException(\"ADT0201: Forward of Model can't be differentiated.\");";
        Assert.Equal(3, half.Split(Throw).Length - 1);
        Assert.Contains("public virtual global::AdapterToolkit.Tensors.Tensor ForwardSaving(", half, StringComparison.Ordinal);
    }

    private static async Task Check(string forward, string use, string others = "")
    {
        Compilation compilation = Generated(Model(forward, use) + others);
        Assert.Equal([], Problems(compilation).Select(problem => problem.ToString()));
        ImmutableArray<Diagnostic> found = await Corpus.Analyze(compilation, TestContext.Current.CancellationToken);
        Assert.Equal(["ADT0201"], found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.Id));
    }

    private static IEnumerable<Diagnostic> Problems(Compilation compilation) =>
        compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(problem => problem.Severity >= DiagnosticSeverity.Warning
            && problem.Id is not ("CS1701" or "CS1702" or "CS0164"));

    private static Compilation Generated(string source)
    {
        CSharpCompilation compilation = Corpus.Compile("User", [("User.cs", source), ("Usings.cs", RuleTest<Rules.TensorUseAnalyzer>.Usings)]);
        CSharpGeneratorDriver.Create([new AdapterToolkitGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out _, TestContext.Current.CancellationToken);
        return generated;
    }

    private static string Model(string forward, string use) => $$"""
        [LowRank(2)] public partial class Small() : Linear(8, 8);
        public static class User
        {
            public static Tensor Run(Tensor x) => {{use}};
            public static Tensor Other(Tensor x) => x;
        }

        [AdapterModel]
        public partial class Model
        {
            private readonly Tensor Stored = null!;
            public Small Layer { get; } = new();
            public IReadOnlyList<RmsNorm> Layers { get; } = [];
            public Tensor Keep() => Stored;
            {{forward}}
        }

        """;
}
