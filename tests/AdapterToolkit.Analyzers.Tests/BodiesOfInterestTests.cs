using System.Reflection;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Analyzers.Rules;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// The cheap pass lets those bodies through from which a factor or a frozen weight can be reached, and no others. That it leaves none out shows in every
/// other test of these rules, each of which runs with the pass and without.
/// </summary>
public sealed class BodiesOfInterestTests
{
    private const string Plain = """
        public class Perceptron : Module<Tensor, Tensor>
        {
            private readonly Linear _first, _second; private readonly Parameter _gain, _shift;
            public Perceptron(int inputs, int outputs) : base("perceptron")
            {
                _first = Linear(inputs, 64); _second = Linear(64, outputs);
                _gain = new Parameter(ones(64)); _shift = new Parameter(zeros(64));
                init.zeros_(_second.bias);
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => _second.forward(functional.relu(_first.forward(x)) * _gain + _shift) / Math.Sqrt(2);
        }
        public static class Training
        {
            public static void Fit(Perceptron model, Tensor x, Tensor y)
            {
                var optimizer = optim.AdamW(model.parameters());
                functional.mse_loss(model.forward(x), y).backward();
                optimizer.step();
            }
        }
        """;

    private const string Adapted = """
        public class Adapted : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;
            public Adapted(int inputs, int outputs, int rank) : base("adapted")
            {
                weight = new Parameter(randn(outputs, inputs), requires_grad: false);
                lora_A = new Parameter(randn(rank, inputs)); lora_B = new Parameter(zeros(outputs, rank));
                RegisterComponents();
            }
            private Tensor Delta() => lora_B.matmul(lora_A);
            public Tensor Doubled() => Twice(Delta());
            private static Tensor Twice(Tensor x) => x * 2;
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void WithoutAdaptersNoBodyIsFollowed() => Assert.Empty(Followed(Plain));

    [Fact]
    public void BodiesAreFollowedThatReachAFactor() => Assert.Equal(["Adapted..ctor", "Delta", "Doubled", "forward"], Followed(Adapted).Order());

    [Fact]
    public void ClassesBesideAreLeftOut() =>
        Assert.Equal(["Adapted..ctor", "Delta", "Doubled", "forward"], Followed(Plain + Adapted).Order());

    [Fact]
    public void TrainingOfWhatHoldsAFrozenWeightIsFollowed()
    {
        IEnumerable<string> followed = Followed(Plain + Adapted + """
            public class Network : Module<Tensor, Tensor>
            {
                private readonly Adapted _adapted = new(8, 8, 2);
                public Network() : base("network") => RegisterComponents();
                public override Tensor forward(Tensor x) => x;
            }
            public class Outer { public Network Inner { get; } = null!; }
            public static class Trained
            {
                public static void Whole(Network network) => optim.AdamW(network.parameters()).step();
                public static void Held(Outer outer) { var inner = outer.Inner; optim.AdamW(inner.parameters()).step(); }
                public static void One(Adapted adapted) => optim.AdamW(adapted.parameters()).step();
                public static void Any(Module<Tensor, Tensor> module) => optim.AdamW(module.parameters()).step();
                public static void Chosen() => Any(Picked());
                private static Module<Tensor, Tensor> Picked() => new Network();
            }
            """);
        Assert.All(["Whole", "Held", "One", "Chosen", "Picked"], name => Assert.Contains(name, followed));
        Assert.DoesNotContain("Any", followed);
        Assert.DoesNotContain("Fit", followed);
    }

    [Fact]
    public void FilesAreFoundByTheRarerOfTwoWords()
    {
        SyntaxTree[] files = [.. new[] { "class A { void forward() { } }", "class B { void forward() { } }", "class C { void Run(A a) { } }" }
            .Select((text, i) => CSharpSyntaxTree.ParseText(text, path: $"File{i}.cs"))];
        WordIndex words = WordIndex.Of(CSharpCompilation.Create("Words", files));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal([files[0]], words.FilesWith("forward", "A"));
            Assert.Equal([files[0]], words.FilesWith("A", "forward"));
            Assert.Empty(words.FilesWith("A", "Missing"));
        }
    }

    [Fact]
    public void ACallThroughABaseClassOfTheProgramIsFollowed()
    {
        IEnumerable<string> followed = Followed("""
            public abstract class Block(string name) : Module<Tensor, Tensor>(name);
            public class Adapted : Block
            {
                private readonly Parameter lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
                public Adapted() : base("adapted") { }
                public override Tensor forward(Tensor x) => x.matmul(lora_A.t()).matmul(lora_B.t());
            }
            public class Deep : Adapted
            {
                public Tensor Twice(Tensor x) => forward(forward(x));
            }
            public static class Uses
            {
                public static Tensor Run(Block block, Tensor x) => block.forward(x);
                public static Tensor RunAny(Module<Tensor, Tensor> module, Tensor x) => module.forward(x);
            }
            """);
        Assert.Contains("Run", followed);
        Assert.Contains("Twice", followed);
        Assert.DoesNotContain("RunAny", followed);
    }

    [Fact]
    public void SyntaxThatCallsWithoutANameIsFollowed()
    {
        IEnumerable<string> followed = Followed("""
            public sealed class Pair
            {
                private readonly Parameter lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
                public static Tensor operator *(Pair pair, Tensor x) => x.matmul(pair.lora_A.t());
                public static implicit operator Tensor(Pair pair) => pair.lora_B;
                public Tensor this[int i] => i == 0 ? lora_A : lora_B;
                public IEnumerator<Tensor> GetEnumerator() { yield return lora_A; }
                public Tensor Own() { Tensor last = null!; foreach (Tensor factor in this) last = factor; return last; }
            }
            public static class Uses
            {
                private static readonly Pair _pair = new();
                private static Pair Made() => new();
                public static Tensor Multiplied(Tensor x) => _pair * x;
                public static Tensor Converted() { Tensor x = Made(); return x; }
                public static Tensor Indexed() { var pair = Made(); return pair[0]; }
                public static void Enumerated() { foreach (var factor in Made()) { factor.Dispose(); } }
                public static int Plain(int[] numbers) { foreach (int number in numbers) { return number * 2; } return 0; }
            }
            """);
        Assert.All(["Own", "Multiplied", "Converted", "Indexed", "Enumerated"], name => Assert.Contains(name, followed));
        Assert.DoesNotContain("Plain", followed);
    }

    [Fact]
    public void ANameThatTheTextHidesIsFound()
    {
        IEnumerable<string> followed = Followed(Adapted + """
            public static class Uses
            {
                public static Tensor Hidden(Adapted layer) => layer.D\u006Fubled();
            }
            """);
        Assert.Contains("Hidden", followed);
    }

    [Fact]
    public void AFewMembersAreFollowedWithoutASearch()
    {
        Compilation compilation = Compile(Plain);
        ValueAnalysis analysis = new(compilation, []);
        SyntaxTree tree = compilation.SyntaxTrees.First();
        Assert.Equal(FileNames.Of(tree).Members, new BodiesOfInterest(compilation, analysis, mostWithoutSearch: 100).In(tree, Token));
    }

    [Fact]
    public void WhatGivesAWeightOrFactorsIsKnown()
    {
        Type[] types = [typeof(FrozenWeight), typeof(LowRankFactors)];
        IEnumerable<string> names = typeof(Linear).Assembly.GetExportedTypes().SelectMany(type => type.GetMembers()).Where(member => Gives(member, types))
            .Select(member => member.Name.Replace("get_", "", StringComparison.Ordinal)).Distinct();
        Assert.All(names, name => Assert.Contains(name, BodiesOfInterest.Sources));
    }

    [Fact]
    public async Task TheSamplesAndTheToolkitAreJudgedAlikeWithEveryBodyFollowed()
    {
        Compilation[] compilations =
        [
            Corpus.Compile("User", Corpus.Read(Corpus.Files("samples"))),
            Corpus.Compile("AdapterToolkit", Corpus.Read(Corpus.Files("src", "AdapterToolkit")), referencesToolkit: false),
        ];
        foreach (Compilation compilation in compilations)
        {
            foreach (DiagnosticAnalyzer analyzer in (DiagnosticAnalyzer[])[FollowedBodies.OfInterest, FollowedBodies.All])
                Assert.Empty(await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(Token));
        }
    }

    private static bool Gives(MemberInfo member, Type[] types) => member switch
    {
        PropertyInfo property => types.Any(type => Mentions(property.PropertyType, type)),
        MethodInfo { IsSpecialName: false } method => types.Any(type => Mentions(method.ReturnType, type)),
        _ => false,
    };

    private static bool Mentions(Type type, Type other) => type == other || type.GetGenericArguments().Any(argument => Mentions(argument, other));

    private static IEnumerable<string> Followed(string source)
    {
        Compilation compilation = Compile(source);
        SyntaxTree tree = compilation.SyntaxTrees.First();
        BodiesOfInterest bodies = new(compilation, new ValueAnalysis(compilation, []), mostWithoutSearch: 0);
        return bodies.In(tree, Token).Where(member => member.Node is not FieldDeclarationSyntax)
            .Select(member => member.Node is ConstructorDeclarationSyntax ? member.Names[0] + "..ctor" : member.Names[0]);
    }

    private static CSharpCompilation Compile(string source) => CSharpCompilation.Create(
        "User",
        [CSharpSyntaxTree.ParseText(source, path: "Source.cs"), CSharpSyntaxTree.ParseText(RuleTest<TensorUseAnalyzer>.TorchUsings, path: "Usings.cs")],
        [.. Net100.References.All, TorchSharpReference.Value],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
}
