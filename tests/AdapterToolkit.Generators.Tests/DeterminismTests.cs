using System.Globalization;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The same project gives the same text, whatever the order of its files and the culture.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void TextDoesNotDependOnOrderOrCulture()
    {
        string[] sources = [.. Sources.Llama];
        IReadOnlyDictionary<string, string> files = GeneratorRun.Emit(sources);
        CultureInfo culture = CultureInfo.CurrentCulture;
        IReadOnlyDictionary<string, string> reordered;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            reordered = GeneratorRun.Emit(sources.Reverse());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.Equal(files.OrderBy(file => file.Key, StringComparer.Ordinal), reordered.OrderBy(file => file.Key, StringComparer.Ordinal));
    }
}
