using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Which types can hold a matrix depends on their declarations alone, and not on which of them is asked about first.</summary>
public sealed class TensorTypesTests
{
    private const string Source = """
        public class Layer { public Owner Owner = null!; }
        public class Owner { public Layer Layer = null!; public Tensor Weight = null!; }
        public class Node { public Leaf Leaf = null!; }
        public class Leaf { public Node Node = null!; public string Name = ""; }
        public delegate Loop Loop();
        public delegate Grows<Grows<T>> Grows<T>(int n);
        public delegate Chain Chain(Owner owner);
        public class Holder { public Loop Loop = null!; public Grows<int> Grows = null!; }
        """;

    [Theory]
    [InlineData(new[] { "Layer", "Owner", "Chain" }, new[] { "Node", "Leaf", "Loop", "Holder" })]
    [InlineData(new[] { "Owner", "Layer", "Chain" }, new[] { "Holder", "Loop", "Leaf", "Node" })]
    public void CyclesOfTypesHoldWhatOneOfThemHolds(string[] holding, string[] others)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "User",
            ((string[])[Source, RuleTest<TensorUseAnalyzer>.TorchUsings]).Select(text => CSharpSyntaxTree.ParseText(text)),
            [.. Basic.Reference.Assemblies.Net100.References.All, TorchSharpReference.Value],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), error => error.Severity == DiagnosticSeverity.Error);
        TensorTypes types = new(compilation);

        Assert.All(others, name => Assert.False(types.MayHold(compilation.GetTypeByMetadataName(name)), name));
        Assert.All(holding, name => Assert.True(types.MayHold(compilation.GetTypeByMetadataName(name)), name));
        Assert.All(others, name => Assert.False(types.MayHold(compilation.GetTypeByMetadataName(name)), name));
    }

    [Fact]
    public Task ADelegateThatGivesItselfEndsNoAnalysis() => RuleTest<TensorUseAnalyzer>.CheckTorch("""
        public delegate Loop Loop(Tensor x);
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            private static Loop Next(Loop loop) => loop;
            public override Tensor forward(Tensor x)
            {
                Loop first = null!;
                first = value => Next(first)(value);
                first(x);
                return {|ADT0101:lora_B.matmul(lora_A).matmul(x)|};
            }
        }
        """);
}
