using System.Reflection;
using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The generator names the runtime's types in one file.</summary>
public sealed class RuntimeNamesTests
{
    private const string Prefix = "global::";

    [Fact]
    public void No_other_file_that_plans_or_emits_names_a_type_of_the_runtime()
    {
        string generator = Path.Combine(SolutionFolder.Find(), "generators", "AdapterToolkit.Generators");
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(generator, "Planning"), "*.cs", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(generator, "Emission"), "*.cs", SearchOption.AllDirectories),
        ];
        Assert.True(files.Length > 50, $"Only {files.Length} files were looked at.");
        Assert.DoesNotContain(files, file => File.ReadAllText(file).Contains("global::AdapterToolkit.", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_name_is_that_of_a_type_of_the_runtime()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        (string Field, string Name)[] names =
        [
            .. typeof(RuntimeNames).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (field.Name, (string)field.GetRawConstantValue()!)),
        ];
        Assert.True(names.Length > 20, $"Only {names.Length} names were looked at.");
        Assert.All(names, name =>
        {
            Assert.StartsWith(Prefix, name.Name, StringComparison.Ordinal);
            string fullName = name.Name[Prefix.Length..];
            INamedTypeSymbol? type = compilation.GetTypeByMetadataName(fullName)
                ?? compilation.GetTypeByMetadataName(fullName + "Attribute")
                ?? compilation.GetTypeByMetadataName(fullName + "`1");
            Assert.NotNull(type);
            Assert.Equal("AdapterToolkit", type.ContainingAssembly.Name);
            Assert.True(type.Name == name.Field || type.Name == name.Field + "Attribute");
        });
    }
}
