using AdapterToolkit.Generators.Tests.Support;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The same project gives the same text, whatever the order of its files and the culture.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void TextDoesNotDependOnOrderOrCulture()
    {
        string[] sources = [GeneratedProject.ImplicitUsings, .. SampleSources.Llama()];
        IReadOnlyDictionary<string, string> files = GeneratedProject.Compile(sources).Files;
        System.Globalization.CultureInfo culture = System.Globalization.CultureInfo.CurrentCulture;
        IReadOnlyDictionary<string, string> reordered;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            reordered = GeneratedProject.Compile([.. sources.Reverse()]).Files;
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }

        Assert.Equal(files.OrderBy(file => file.Key, StringComparer.Ordinal), reordered.OrderBy(file => file.Key, StringComparer.Ordinal));
    }
}
