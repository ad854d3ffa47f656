using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The toolkit's types are looked up once for all classes of a compilation.</summary>
public sealed class KnownTypesTests
{
    [Fact]
    public void Classes_of_one_compilation_share_them()
    {
        CSharpCompilation compilation = GeneratorRun.Compile(Sources.LowRank), other = GeneratorRun.Compile(Sources.LowRank);
        Assert.Same(KnownTypes.Of(compilation), KnownTypes.Of(compilation));
        Assert.NotSame(KnownTypes.Of(compilation), KnownTypes.Of(other));
        Assert.True(KnownTypes.Of(other).IsLinear(other.GetTypeByMetadataName("Example.Projection")));
    }
}
