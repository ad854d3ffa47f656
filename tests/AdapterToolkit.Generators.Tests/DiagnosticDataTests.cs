using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>What discovery and lifting find wrong, as data for the analyzers.</summary>
public sealed class DiagnosticDataTests
{
    private const string Header = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        [LowRank(2)]
        internal sealed partial class Layer() : Linear(8, 8);

        """;

    [Theory]
    [InlineData("[LowRank(2)] internal sealed class Found() : Linear(8, 8);", "ADT0001", "Found")]
    [InlineData("[LowRank(2)] internal sealed partial class Found;", "ADT0001", "Found")]
    [InlineData("[LowRank(2)] internal static partial class Found;", "ADT0001", "Found")]
    [InlineData("internal class Outer { [LowRank(2)] internal sealed partial class Found() : Linear(8, 8); }", "ADT0001", "Found")]
    [InlineData("[LowRank(2), Frozen] internal sealed partial class Found() : Linear(8, 8);", "ADT0001", "Found")]
    [InlineData("[LowRank(0)] internal sealed partial class Found() : Linear(8, 8);", "ADT0002", "LowRank(0)")]
    [InlineData("[LowRank(8)] internal sealed partial class Found() : Linear(8, 64);", "ADT0002", "LowRank(8)")]
    [InlineData(
        "[LowRank(8)] internal sealed partial class Found : Linear { public Found() : base(outFeatures: 8, inFeatures: 64) { } }", "ADT0002", "LowRank(8)")]
    [InlineData("[LowRank(7)] internal sealed partial class Found() : Linear(12, 12);", "ADT0003", "LowRank(7)")]
    public void Layers(string declaration, string id, string place)
    {
        string source = Header + declaration;
        Discovered<LayerSpec> found = ReadLayer(source);
        AssertFound(found.Diagnostics, source, id, place);
    }

    [Theory]
    [InlineData("[LowRank(7)] internal sealed partial class Found(int size) : Linear(size, size);")]
    [InlineData("[LowRank(5)] internal sealed partial class Found() : Linear(12, 12);")]
    [InlineData("internal partial class Outer { [Frozen] internal sealed partial class Found() : Linear(8, 8); }")]
    public void LayersThatAreRight(string declaration) => Assert.Empty(ReadLayer(Header + declaration).Diagnostics);

    [Theory]
    [InlineData("Tensor y = _field; return y;", "_field")]
    [InlineData("return Helper(x);", "_field;")]
    [InlineData("return Wrong.Helper(x);", "Wrong.Helper(x)")]
    [InlineData("float sum = x.ToArray().Sum(); return x * sum;", "x.ToArray")]
    [InlineData("Func<Tensor> later = () => x; return later();", "x; return")]
    [InlineData("Console.WriteLine(x); return x;", "x); return")]
    [InlineData("try { return Inner.Forward(x); } finally { }", "try { return Inner.Forward(x); } finally { }")]
    [InlineData("goto end; end: return x;", "goto end;")]
    [InlineData("Tensor? y = null; return Inner.Forward(x);", "null")]
    [InlineData("Tensor? y = Inner.Forward(x); return y ?? x;", "y ?? x;")]
    [InlineData("Tensor[] many = [x, x]; return many[0];", "[x, x]")]
    [InlineData("var many = new[] { x, Inner.Forward(x) }; return many[0];", "many = new[]")]
    [InlineData("var many = new List<Tensor> { x }; many.Add(x); return many[0];", "new List<Tensor> { x }")]
    [InlineData("ref Tensor y = ref x; return Inner.Forward(y);", "y = ref x")]
    [InlineData("return Optional?.Forward(x) ?? x;", "Optional?.Forward(x) ?? x")]
    [InlineData("return Wrong.NoGradient(x);", "Wrong.NoGradient(x)")]
    [InlineData("return Wrong.Stranger(x, 2);", "Wrong.Stranger(x, 2)")]
    [InlineData("return Wrong.HalfDone(x, Inner.Forward(x));", "Wrong.HalfDone(x, Inner.Forward(x))")]
    [InlineData("foreach (Tensor part in Parts) x = part; return x;", "foreach")]
    [InlineData("var query = from size in Sizes select size; return x * query.Count();", "from size in Sizes select size")]
    public void ExpressionsThatCantBeDifferentiated(string body, string place)
    {
        string source = Header + $$"""
            internal static class Wrong
            {
                [Gradient("Missing")]
                public static Tensor NoGradient(Tensor x) => x;

                [Gradient(nameof(StrangerGradient))]
                public static Tensor Stranger(Tensor x, float factor) => Op.Scale(x, factor);

                public static Tensor StrangerGradient(Tensor gradient, float other) => Op.Scale(gradient, other);

                [Gradient(nameof(HalfDoneGradient), For = "left")]
                public static Tensor HalfDone(Tensor left, Tensor right) => left * right;

                public static Tensor HalfDoneGradient(Tensor gradient, Tensor right) => gradient * right;

                public static Tensor Helper(Tensor x) => x;
            }

            [AdapterModel]
            internal sealed partial class Found : Module
            {
                private Tensor _field = null!;

                public Layer Inner { get; } = new();

                public Layer? Optional { get; }

                public List<Tensor> Parts { get; } = [];

                public List<int> Sizes { get; } = [];

                private Tensor Helper(Tensor x) => x + _field;

                public Tensor Forward(Tensor x) { {{body}} }
            }
            """;
        Discovered<ModelSpec> found = ReadModel(source);
        AssertFound(found.Diagnostics, source, "ADT0201", place);
        Assert.Null(found.Spec.Graph);
        Assert.DoesNotContain("SavedValues", GeneratorRun.Emit(source)["Found.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void EveryExpressionIsFound()
    {
        Discovered<ModelSpec> found = ReadModel(Header + """
            [AdapterModel]
            internal partial class Found : Module
            {
                public Tensor Forward(Tensor x)
                {
                    Tensor y = Unknown(x);
                    if (x.Rows > 2)
                        y = Unknown(y);
                    return y + x;
                }

                public virtual Tensor Unknown(Tensor x) => x;
            }
            """);
        Assert.Equal(["ADT0201", "ADT0201"], found.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.All(found.Diagnostics, diagnostic => Assert.Contains("Unknown", diagnostic.Arguments[0]));
    }

    [Theory]
    [InlineData("internal sealed class Found { public Tensor Forward(Tensor x) => x; }", "ADT0001", "Found")]
    [InlineData("internal sealed partial class Found : List<int> { public Tensor Forward(Tensor x) => x; }", "ADT0001", "Found")]
    [InlineData("internal sealed partial class Found { public float Forward(float x) => x; }", "ADT0201", "Found")]
    [InlineData("internal sealed partial class Found { public Tensor Forward(ref Tensor x) => x; }", "ADT0201", "x)")]
    [InlineData("internal sealed partial class Found { public Tensor Forward(Tensor? x) => x!; }", "ADT0201", "x)")]
    [InlineData("internal sealed partial class Found { public static Tensor Forward(Tensor x) => x; }", "ADT0201", "Forward")]
    public void ModelDeclarations(string declaration, string id, string place)
    {
        string source = $"{Header}[AdapterModel] {declaration}";
        AssertFound(ReadModel(source).Diagnostics, source, id, place);
    }

    [Theory]
    [InlineData("[Frozen] internal sealed partial class Part() : Linear(8, 8);", true)]
    [InlineData("[LowRank(2)] internal sealed partial class Part() : Linear(8, 8);", false)]
    [InlineData("[AdapterModel] internal sealed partial class Part { public List<Layer> Layers { get; } = []; public Tensor Forward(Tensor x) => x; }", false)]
    public void LanguageModelInWhichNothingTrains(string part, bool isFound)
    {
        CSharpCompilation compilation = GeneratorRun.Compile($$"""
            {{Header}}
            {{part}}

            [AdapterModel]
            internal sealed partial class Found() : LanguageModel(null!)
            {
                public TokenEmbedding Embedding { get; } = new(16, 8);

                public Part Part { get; } = new();

                public override LanguageModelHead Head { get; } = new(8, 16);

                public override Tensor Forward(TokenIds tokens, SequenceContext context) => Part.Forward(Embedding.Forward(tokens));
            }
            """);
        IEnumerable<DiagnosticSpec> found = ModelRules.CheckReach(Find(compilation), KnownTypes.Of(compilation), compilation);
        Assert.Equal(isFound ? ["ADT0202"] : [], found.Select(diagnostic => diagnostic.Id));
    }

    [Theory]
    [InlineData("Quantized(5)", "ADT0004")]
    [InlineData("Quantized(4, BlockSize = 48)", "ADT0004")]
    [InlineData("Quantized(4, BlockSize = 16)", "ADT0004")]
    [InlineData("Quantized(4, BlockSize = 64)", null)]
    public void QuantizedStorage(string attribute, string? id)
    {
        Discovered<LayerSpec> found = ReadLayer($$"""
            {{Header}}
            [LowRank(2), {{attribute}}] internal sealed partial class Found() : Linear(8, 8);
            {{QuantizedAttribute}}
            """);
        Assert.Equal(id is null ? [] : [id], found.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void QuantizedLayerMarkedTrainable()
    {
        Discovered<ModelSpec> found = ReadModel($$"""
            {{Header}}
            [LowRank(2), Quantized(4)] internal sealed partial class Small() : Linear(8, 8);

            [AdapterModel]
            internal sealed partial class Found
            {
                [Trainable] public Small Small { get; } = new();

                public Tensor Forward(Tensor x) => Small.Forward(x);
            }
            {{QuantizedAttribute}}
            """);
        Assert.Equal("ADT0005", Assert.Single(found.Diagnostics).Id);
    }

    private const string QuantizedAttribute = """

        namespace AdapterToolkit
        {
            [AttributeUsage(AttributeTargets.Class)]
            internal sealed class QuantizedAttribute(int bits) : Attribute
            {
                public int Bits { get; } = bits;

                public int BlockSize { get; set; }
            }
        }
        """;

    /// <summary>Asserts that one thing was found, at a place of which the first characters are given.</summary>
    private static void AssertFound(EquatableArray<DiagnosticSpec> found, string source, string id, string place)
    {
        DiagnosticSpec diagnostic = Assert.Single(found);
        Assert.Equal(id, diagnostic.Id);
        Assert.StartsWith(place, source[diagnostic.Location.Span.Start..]);
        Assert.Equal("Source0.cs", diagnostic.Location.FilePath);
        Assert.All(diagnostic.Arguments, argument => Assert.NotEqual("", argument));
    }

    private static Discovered<LayerSpec> ReadLayer(string source)
    {
        CSharpCompilation compilation = GeneratorRun.Compile(source);
        INamedTypeSymbol type = Find(compilation);
        AttributeData attribute = type.GetAttributes().First(given => given.AttributeClass!.Name is "LowRankAttribute" or "FrozenAttribute");
        return LayerDiscovery.Read(type, attribute, compilation, TestContext.Current.CancellationToken)!;
    }

    private static Discovered<ModelSpec> ReadModel(string source)
    {
        CSharpCompilation compilation = GeneratorRun.Compile(source);
        INamedTypeSymbol type = Find(compilation);
        Discovered<ModelSpec> found = ModelDiscovery.Read(type, compilation, TestContext.Current.CancellationToken);
        return ModelLifter.Lift(found, type, compilation, TestContext.Current.CancellationToken);
    }

    private static INamedTypeSymbol Find(CSharpCompilation compilation) =>
        compilation.GetSymbolsWithName("Found", SymbolFilter.Type).OfType<INamedTypeSymbol>().Single();
}
