using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Modules;
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

    [Fact]
    public void Every_module_of_the_toolkit_is_one_of_its_bases()
    {
        CSharpCompilation compilation = GeneratorRun.Compile(Sources.LowRank);
        KnownTypes types = KnownTypes.Of(compilation);
        Type[] modules = [.. typeof(Module).Assembly.GetExportedTypes().Where(typeof(Module).IsAssignableFrom)];
        Assert.Contains(typeof(TokenModel), modules);
        Assert.All(modules, module => Assert.True(types.IsToolkitBase(compilation.GetTypeByMetadataName(module.FullName!)!), module.FullName));
        Assert.False(types.IsToolkitBase(compilation.GetTypeByMetadataName("Example.Projection")!));
        Assert.False(types.IsToolkitBase(compilation.GetTypeByMetadataName("AdapterToolkit.Tensors.Tensor")!));
    }
}
