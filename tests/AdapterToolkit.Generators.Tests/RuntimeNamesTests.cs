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
    private static readonly RuntimeNameLiterals s_literals =
        new((IAssemblySymbol)GeneratorRun.Compile().GetTypeByMetadataName("AdapterToolkit.Tensors.Tensor")!.ContainingAssembly);

    [Fact]
    public void No_other_file_of_the_generator_names_a_type_of_the_runtime()
    {
        string folder = Path.Combine(SolutionFolder.Find(), "generators");
        string[] files =
        [
            .. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != "RuntimeNames.cs" && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")),
        ];
        Assert.True(files.Length > 100, $"Only {files.Length} files were looked at.");
        string[] found = [.. files.SelectMany(file => s_literals.In(CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file)))];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("\"global::AdapterToolkit.Tensors.Tensor\"")]
    [InlineData("\"AdapterToolkit.LowRankAttribute\"")]
    [InlineData("\"AdapterToolkit.Weights\"")]
    [InlineData("\"new Weights.FrozenWeight(name)\"")]
    [InlineData("\"LowRankAttribute\"")]
    [InlineData("\"Tensor\"")]
    [InlineData("$\"{0} Tensors.Tensor x\"")]
    [InlineData("\"\"\"\n    using Tensor = global::AdapterToolkit.Tensors.Tensor;\n    \"\"\"")]
    public void A_name_that_is_planted_is_found(string literal) => Assert.Single(Planted(literal));

    [Theory]
    [InlineData("\"Tensor x, FrozenWeight weight\"")]
    [InlineData("\"global::System.Math\"")]
    [InlineData("\"AdapterToolkit.Generated.\"")]
    [InlineData("$\"{0}Tensor\"")]
    public void What_names_no_type_of_the_runtime_is_not_taken_for_a_name(string literal) => Assert.Empty(Planted(literal));

    private static IEnumerable<string> Planted(string literal) => s_literals.In(CSharpSyntaxTree.ParseText($"class C {{ string M() => {literal}; }}"));

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
            string fullName = RuntimeNames.InMetadata(name.Name);
            INamedTypeSymbol? type = compilation.GetTypeByMetadataName(fullName)
                ?? compilation.GetTypeByMetadataName(fullName + "Attribute")
                ?? compilation.GetTypeByMetadataName(fullName + "`1");
            Assert.NotNull(type);
            Assert.Equal("AdapterToolkit", type.ContainingAssembly.Name);
            Assert.True(type.Name == name.Field || type.Name == name.Field + "Attribute");
        });
    }

    [Fact]
    public void Every_member_is_one_of_a_type_of_the_runtime()
    {
        HashSet<string> members = [.. typeof(AdapterToolkit.Modules.Module).Assembly.GetTypes()
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance))
            .Select(member => member.Name)];
        string[] names = [.. typeof(RuntimeNames.Members).GetFields().Select(field => (string)field.GetRawConstantValue()!)];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, members));
    }
}
