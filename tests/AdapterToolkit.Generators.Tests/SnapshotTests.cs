using AdapterToolkit.Generators.Tests.Support;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The emitted text of each kind of annotation, as a person accepted it.</summary>
public sealed class SnapshotTests
{
    private const string Layers = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        namespace Users;

        [LowRank(1)]
        internal sealed partial class Adapted() : Linear(16, 16);

        [LowRank(4, Alpha = 10, RankStabilized = true)]
        internal sealed partial class Stabilized() : Linear(16, 16);

        [Frozen]
        internal sealed partial class Fixed() : Linear(16, 16);
        """;

    private const string BranchingModel = """
        using System.Collections.Generic;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Users;

        [AdapterModel]
        internal sealed partial class Branching : Module
        {
            public List<Adapted> Layers { get; } = [new(), new()];

            public int Depth { get; set; }

            public Tensor Forward(Tensor x, Tensor gate)
            {
                for (int i = 0; i < Depth; i++)
                {
                    Tensor y = Layers[i % 2].Forward(x);
                    if (i == 3)
                        break;
                    x = i % 2 == 0 ? y * gate : Op.Silu(y) + x;
                }

                return x / Depth;
            }
        }
        """;

    [Theory]
    [InlineData("Users.Adapted.g.cs", "LowRankLayer")]
    [InlineData("Users.Stabilized.g.cs", "RankStabilizedLayer")]
    [InlineData("Users.Fixed.g.cs", "FrozenLayer")]
    [InlineData("LowRank1Kernels.g.cs", "KernelsOfRank1")]
    [InlineData("Users.Branching.g.cs", "BranchingModel")]
    public void Annotations(string file, string snapshot)
    {
        GeneratedProject project = GeneratedProject.Compile(Layers, BranchingModel);
        Assert.Empty(project.Problems);
        Snapshot.Verify(project.Files[file], snapshot);
    }

    [Fact]
    public void CpuKernelsOfRank1()
    {
        GeneratedProject project = GeneratedProject.Compile(Layers);
        string[] files = [.. project.Files.Keys.Where(name => name.StartsWith("LowRank1Kernels.", StringComparison.Ordinal) && name != "LowRank1Kernels.g.cs").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(files);
        foreach (string file in files)
            Snapshot.Verify(project.Files[file], $"KernelsOfRank1.{file["LowRank1Kernels.".Length..^".g.cs".Length]}");
    }

    [Theory]
    [InlineData("Llama.Projection.g.cs", "LlamaProjection")]
    [InlineData("Llama.Attention.g.cs", "LlamaAttention")]
    [InlineData("Llama.FeedForward.g.cs", "LlamaFeedForward")]
    [InlineData("Llama.DecoderBlock.g.cs", "LlamaDecoderBlock")]
    [InlineData("Llama.LlamaModel.g.cs", "LlamaModel")]
    public void LlamaBlock(string file, string snapshot)
    {
        GeneratedProject project = GeneratedProject.Compile([GeneratedProject.ImplicitUsings, .. SampleSources.Llama()]);
        Assert.Empty(project.Problems);
        Snapshot.Verify(project.Files[file], snapshot);
    }
}
