using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Every construct of the language is followed at every place in which bodies are, and no rule fails on it or invents anything.</summary>
public sealed class ConstructWalkTests
{
    public static TheoryData<string> Places => [.. Place.All.Select(place => place.Name)];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task NoRuleFails(string name)
    {
        Place place = Place.All.Single(place => place.Name == name);
        List<string> wrong = [];
        Construct[][] programs = place.IsTopLevel ? [.. Construct.All.Select(construct => new[] { construct })] : [[.. Construct.All]];
        foreach (Construct[] constructs in programs)
        {
            CSharpCompilation compilation = Walk.Compile(place, constructs);
            wrong.AddRange(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(error => error.Severity == DiagnosticSeverity.Error).Select(error => $"{error.Location.SourceTree?.FilePath}: {error}"));
            IReadOnlyCollection<Exception> thrown = (await Walk.Run(compilation, TestContext.Current.CancellationToken)).Thrown;
            wrong.AddRange(thrown.Select(exception => $"{constructs[0]}: {string.Join('\n', exception.ToString().Split('\n').Take(6))}").Distinct());
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void NamesAreUnique() => Assert.Equal(Construct.All.Count, Construct.All.Select(construct => construct.Name).Distinct().Count());
}
