using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Rules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>An editor hands out the symbols of a referenced project with their source, which is not of the compilation: rules judge as a build does.</summary>
public sealed class ReferencedProjectTests
{
    private const string Library = """
        namespace Library;

        public static class Layers
        {
            public static Tensor Twice(Tensor x) => x + x;
            public static Tensor Product(Tensor left, Tensor right) => left.matmul(right);
        }

        public record Factors(Parameter lora_A, Parameter lora_B)
        {
            public Tensor Delta => lora_B.matmul(lora_A);
            public static Tensor operator *(Factors factors, Tensor x) => functional.linear(functional.linear(x, factors.lora_A), factors.lora_B);
        }

        public abstract class Base : Module<Tensor, Tensor>
        {
            public readonly Parameter weight, lora_A, lora_B;
            protected Base() : base("base")
            {
                weight = new Parameter(randn(64, 64), requires_grad: false);
                lora_A = new Parameter(randn(8, 64));
                lora_B = new Parameter(zeros(64, 8));
            }
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(x, Delta());
            protected virtual Tensor Delta() => zeros(64, 64);
            public void Freeze() => weight.requires_grad = false;
        }

        public static class Services
        {
            public static readonly List<Base> All = [];
            public static event Action<Base>? Finished;
            public static void Finish(Base layer) => Finished?.Invoke(layer);
            public static IEnumerable<Parameter> Parameters(Base layer) { yield return layer.lora_A; yield return layer.lora_B; }
        }
        """;

    private const string Program = """
        using Library;

        public sealed class Derived : Base
        {
            private readonly Factors _factors;
            public Derived(Factors factors) { _factors = factors; Services.Finished += layer => layer.Freeze(); }
            protected override Tensor Delta() => Layers.Twice(zeros(64, 64));
            public Tensor Formed(Tensor x) => functional.linear(x, weight) + functional.linear(x, lora_B.matmul(lora_A));
            public Tensor Right(Tensor x) => functional.linear(x, weight) + Layers.Twice(functional.linear(functional.linear(x, lora_A), lora_B));
            public Tensor Held(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, _factors.lora_A), _factors.lora_B);
            public Tensor Times(Tensor x) => functional.linear(x, weight) + _factors * x;
            public Tensor With(Tensor x) { Factors other = _factors with { lora_A = lora_A }; return functional.linear(x, other.lora_A); }
        }

        public sealed class Own : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;
            public Own() : base("own")
            {
                weight = new Parameter(randn(64, 64), requires_grad: false);
                lora_A = new Parameter(randn(8, 64));
                lora_B = new Parameter(zeros(64, 8));
            }
            public override Tensor forward(Tensor x) =>
                functional.linear(x, weight) + Layers.Twice(functional.linear(x, lora_B.matmul(lora_A)));
        }

        public static class Training
        {
            public static void Run(Derived layer, Tensor x)
            {
                var optimizer = optim.AdamW(Services.Parameters(layer));
                foreach (Base each in Services.All) each.forward(x);
                Services.Finish(layer);
                layer.Freeze();
                optimizer.step();
            }
        }
        """;

    [Fact]
    public async Task AProjectIsJudgedAsItsAssemblyIs()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        CSharpCompilation library = Compile("Library", Library);
        using MemoryStream image = new();
        Assert.True(library.Emit(image, cancellationToken: cancellation).Success);
        image.Position = 0;
        string[] ofProject = await Reports(library.ToMetadataReference()), ofAssembly = await Reports(MetadataReference.CreateFromStream(image));
        Assert.Equal(["ADT0101 at line 24"], ofAssembly);
        Assert.Equal(ofAssembly, ofProject);

        async Task<string[]> Reports(MetadataReference reference)
        {
            CSharpCompilation program = Compile("Program", Program, reference);
            Assert.DoesNotContain(program.GetDiagnostics(cancellation), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            ImmutableArray<Diagnostic> reports = await Corpus.Analyze(program, cancellation);
            return [.. reports.Select(report => $"{report.Id} at line {report.Location.GetLineSpan().StartLinePosition.Line}").Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task TheModelsBreakNoRuleBesideTheToolkitsProject()
    {
        CSharpCompilation toolkit = Corpus.Compile("AdapterToolkit", Corpus.Read(Corpus.Files("src", "AdapterToolkit")), referencesToolkit: false);
        CSharpCompilation models = Corpus.Compile("AdapterToolkit.Models", Corpus.Read(Corpus.Files("src", "AdapterToolkit.Models")));
        models = models
            .RemoveReferences(models.References.Where(reference => Path.GetFileName(reference.Display) is "AdapterToolkit.Models.dll" or "AdapterToolkit.dll"))
            .AddReferences(toolkit.ToMetadataReference());
        Assert.NotNull(models.GetTypeByMetadataName("AdapterToolkit.Modules.Linear"));
        Assert.Empty(await Corpus.Analyze(models, TestContext.Current.CancellationToken));
    }

    private static CSharpCompilation Compile(string name, string text, params MetadataReference[] references)
    {
        CSharpParseOptions options = new(LanguageVersion.CSharp14);
        return CSharpCompilation.Create(
            name,
            [
                CSharpSyntaxTree.ParseText(text, options, $"{name}.cs"),
                CSharpSyntaxTree.ParseText(RuleTest<TensorUseAnalyzer>.TorchUsings, options, "Usings.cs"),
            ],
            [.. Net100.References.All, TorchSharpReference.Value, .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }
}
