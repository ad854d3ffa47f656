using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>A value is known behind each construct that it goes through; where the value is another one, nothing is said.</summary>
public sealed class ConstructFlowTests
{
    /// <summary>
    /// Constructs behind which a value need not be known: what runs there is not the body that the expression names, or none that is named at all.
    /// </summary>
    private static readonly string[] s_indirect =
        ["a compound assignment behind ?.", "a function pointer to a function of a tensor", "a lambda with modifiers", "an event"];

    /// <summary>Constructs behind which nothing is said of a weight: a filter of parameters may leave it out.</summary>
    private static readonly string[] s_filters = ["a query", "LINQ"];

    private static readonly Construct[] s_carrying = [.. Construct.All.Where(construct => construct.Carries)];

    [Fact]
    public Task TheProductOfFactorsGoesThrough() => Check(Place.HelperOfTorch, "ADT0101", s_indirect);

    [Fact]
    public Task TheProductOfTheToolkitsFactorsGoesThrough() => Check(Place.HelperOfToolkit, "ADT0101", s_indirect);

    [Fact]
    public Task AFrozenWeightGoesThrough() => Check(Place.WeightOfTorch, "ADT0102", [.. s_indirect, .. s_filters]);

    [Fact]
    public async Task ALayerIsReachedThroughEach()
    {
        (ILookup<string, Diagnostic> reported, _) = await Walk.Run(Walk.Compile(Place.ForwardOfModel, s_carrying), TestContext.Current.CancellationToken);
        None(reported.SelectMany(file => file.Where(found => found.Id != "ADT0201").Select(found => $"{file.Key}: {found.GetMessage(null)}")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnInterceptedCallIsFollowed(bool isHarmless)
    {
        Construct call = new("an interceptor", "V r = new Calls().Same(v);", "public class Calls { public V Same(V value) => value; }");
        CSharpCompilation plain = Walk.Compile(Place.HelperOfTorch, [call], isHarmless);
        SyntaxTree tree = plain.SyntaxTrees.Single(tree => tree.FilePath == "an interceptor.cs");
        InvocationExpressionSyntax intercepted = (await tree.GetRootAsync(TestContext.Current.CancellationToken)).DescendantNodes()
            .OfType<InvocationExpressionSyntax>().Single(node => node.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Same" });
        InterceptableLocation location = plain.GetSemanticModel(tree).GetInterceptableLocation(intercepted, TestContext.Current.CancellationToken)!;
        CSharpCompilation compilation = plain.AddSyntaxTrees(Walk.Parse($$"""
            namespace System.Runtime.CompilerServices
            {
                [AttributeUsage(AttributeTargets.Method)] sealed class InterceptsLocationAttribute(int version, string data) : Attribute
                {
                    public object Place => (version, data);
                }
            }
            namespace {{Walk.Interceptors}}
            {
                static class Interceptor
                {
                    {{location.GetInterceptsLocationAttributeSyntax()}}
                    public static torch.Tensor Other(this Construct0.Calls calls, torch.Tensor value) => value;
                }
            }
            """, "Interceptor"));
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), problem => problem.Severity == DiagnosticSeverity.Error);
        (ILookup<string, Diagnostic> reported, IReadOnlyCollection<Exception> thrown) = await Walk.Run(compilation, TestContext.Current.CancellationToken);
        Assert.Empty(thrown);
        Assert.Equal(isHarmless ? [] : ["ADT0101"], reported.SelectMany(file => file).Select(found => found.Id));
    }

    private static async Task Check(Place place, string rule, string[] excepted)
    {
        (ILookup<string, Diagnostic> wrong, _) = await Walk.Run(Walk.Compile(place, s_carrying), TestContext.Current.CancellationToken);
        (ILookup<string, Diagnostic> right, _) = await Walk.Run(Walk.Compile(place, s_carrying, isHarmless: true), TestContext.Current.CancellationToken);
        None(s_carrying.Select(Walk.FileOf).Except(excepted.Select(name => Walk.FileOf(Construct.All.Single(construct => construct.Name == name))))
            .Where(file => !wrong[file].Any(found => found.Id == rule)));
        None(right.SelectMany(file => file.Select(found => $"{file.Key}: {found.GetMessage(null)}")));
    }

    private static void None(IEnumerable<string> found) => Assert.Equal("", string.Join('\n', found));
}
