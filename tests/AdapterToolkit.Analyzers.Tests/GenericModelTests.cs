using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The rules on models that are generic in a layer class, and where such models are closed over one.</summary>
public sealed class GenericModelTests
{
    private const string Layers = """
        using AdapterToolkit; using AdapterToolkit.Adapters; using AdapterToolkit.Modules; using AdapterToolkit.Operators; using AdapterToolkit.Tensors;

        [LowRank(2), Quantized(4)] public partial class Adapted(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);
        [Frozen] public partial class Fixed(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

        """;

    private const string Part = """
        [AdapterModel] public sealed partial class Part<T> where T : Linear, ILinear<T>
        {
            public T Up { get; } = T.Create(8, 8);
            public T Down { get; } = T.Create(8, 8);
            public Tensor Forward(Tensor x) => x + Down.Forward(Op.Silu(Up.Forward(x)));
        }

        """;

    [Theory]
    [InlineData(null, "[AdapterModel] public sealed partial class Whole<T> where T : Linear, ILinear<T> "
        + "{ public Part<T>[] Parts { get; } = []; public Tensor Forward(Tensor x) { foreach (Part<T> part in Parts) x = part.Forward(x); return x; } }")]
    [InlineData(null, "[AdapterModel] public sealed partial class Whole { public Part<Adapted> Part { get; } = new(); "
        + "public Tensor Forward(Tensor x) => Part.Forward(x); }")]
    [InlineData(null, "[LowRank(2)] public sealed partial class Typed<T>(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);")]
    [InlineData(null, "[AdapterModel] public sealed partial class Node<T> where T : Linear, ILinear<T> { public Node<Wrapped<T>>? Next { get; init; } "
        + "public T Layer { get; } = T.Create(8, 8); public Tensor Forward(Tensor x) => Next is null ? Layer.Forward(x) : Layer.Forward(Next.Forward(x)); } "
        + "[LowRank(2)] public partial class Wrapped<T>(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);")]
    [InlineData("ADT0001", "[AdapterModel] public sealed class Whole<T> where T : Linear, ILinear<T> "
        + "{ public T Layer { get; } = T.Create(8, 8); public Tensor Forward(Tensor x) => Layer.Forward(x); }")]
    [InlineData("ADT0001", "public sealed class Unmarked<T>(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);")]
    [InlineData("ADT0002", "[LowRank(9)] public sealed partial class Typed<T>() : Linear(8, 8);")]
    [InlineData("ADT0003", "[LowRank(7)] public sealed partial class Typed<T>() : Linear(8, 8);")]
    [InlineData("ADT0004", "[LowRank(2), Quantized(5)] public sealed partial class Typed<T>() : Linear(8, 8);")]
    [InlineData("ADT0005", "[AdapterModel] public sealed partial class Whole<T> where T : Adapted, ILinear<T> "
        + "{ [Trainable] public T Layer { get; } = T.Create(8, 8); public Tensor Forward(Tensor x) => Layer.Forward(x); }")]
    [InlineData("ADT0006", "[AdapterModel] public sealed partial class Whole<T> where T : Linear, ILinear<T> "
        + "{ [Trainable] public T Layer { get; } = T.Create(8, 8); public Tensor Forward(Tensor x) => Layer.Forward(x); }")]
    [InlineData("ADT0104", "[AdapterModel] public sealed partial class Whole<T> where T : Linear, ILinear<T> { public T First { get; } = T.Create(8, 8); "
        + "public T Second { get; } = T.Create(8, 8); public Tensor Forward(Tensor x) => First.Forward(x); }")]
    [InlineData("ADT0104", "[AdapterModel] public sealed partial class Whole { public Part<Adapted> First { get; } = new(); "
        + "public Part<Adapted> Second { get; } = new(); public Tensor Forward(Tensor x) => First.Forward(x); }")]
    [InlineData("ADT0108", "public static class Use { public static void Round(Part<Adapted> part) => part.Up.Merge(requantize: true); }")]
    [InlineData("ADT0108", "public static class Use<T> where T : Adapted, ILinear<T> { public static void Round(Part<T> part) => part.Up.Merge(requantize: true); }")]
    [InlineData(null, "public static class Use { public static void Round(Part<Fixed> part) => part.Up.Merge(); }")]
    [InlineData("ADT0201", "[AdapterModel] public sealed partial class Whole<T> where T : Linear, ILinear<T> { public T Layer { get; } = T.Create(8, 8); "
        + "public Tensor Forward(Tensor x) => Tensor.From(x.Device, x.Shape, x.ToArray()) + Layer.Forward(x); }")]
    [InlineData("ADT0201", "[AdapterModel] public sealed partial class Whole<T> where T : Unknown { public T Layer { get; init; } = null!; "
        + "public Tensor Forward(Tensor x) => Layer.Forward(x); } public abstract class Unknown : Module { public abstract Tensor Forward(Tensor x); }")]
    [InlineData("ADT0202", "[AdapterModel] public sealed partial class Whole { public Part<Fixed> Part { get; } = new(); "
        + "public Tensor Forward(Tensor x) => Part.Forward(x); }")]
    public async Task TheRulesKnowGenericModels(string? rule, string source)
    {
        Compilation compilation = Corpus.Compile("User", [("Source.cs", Layers + Part + source)]);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(found => found.Severity == DiagnosticSeverity.Error && found.Id is not "CS0311").Select(found => found.ToString()));
        ImmutableArray<Diagnostic> found = await Corpus.Analyze(compilation, TestContext.Current.CancellationToken);
        Assert.Equal(rule is null ? [] : [rule], found.Select(diagnostic => diagnostic.Id));
    }
}
