using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Emission;
using AdapterToolkit.Generators.Emission.Accelerator;
using AdapterToolkit.Generators.Emission.Cpu;
using AdapterToolkit.Generators.Emission.Models;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>A cancelled run ends in whichever stage it is, and the next run is not harmed.</summary>
public sealed class CancellationTests
{
    private const string Space = "Generated";

    private static readonly CSharpCompilation s_compilation = GeneratorRun.Compile([.. Sources.Llama, Sources.Quantized]);
    private static readonly INamedTypeSymbol s_model = s_compilation.GetTypeByMetadataName("Llama.DecoderBlock`1")!;
    private static readonly INamedTypeSymbol s_layer = s_compilation.GetTypeByMetadataName("Example.InFourBits")!;
    private static readonly Discovered<ModelSpec> s_discoveredModel = ModelDiscovery.Read(s_model, s_compilation, CancellationToken.None);
    private static readonly ModelSpec s_modelSpec = Lift(CancellationToken.None).Spec;
    private static readonly LayerSpec s_layerSpec = ReadLayer(CancellationToken.None);

    /// <summary>The stages, each with what runs it alone.</summary>
    private static readonly Dictionary<string, Action<CancellationToken>> s_stages = new()
    {
        ["Discovery of layers"] = token => ReadLayer(token),
        ["Discovery of ranks"] = token => LayerRules.CheckRank(s_layer, s_compilation, token).ToList(),
        ["Discovery of models"] = token => ModelDiscovery.Read(s_model, s_compilation, token),
        ["Lifting"] = token => Lift(token),
        ["DataFlow"] = token => new DataFlow(s_modelSpec.Graph!, token),
        ["Activity"] = token => new Activity(Flow(), token),
        ["Planning"] = token => new SavePlan(Flow(), new Activity(Flow(), CancellationToken.None), new NameScope([]), new NameScope([]), token),
        ["Emission of models"] = token => ModelEmitter.Emit(s_modelSpec, token),
        ["Emission of layers"] = token => LinearLayerEmitter.Emit(s_layerSpec, Space, token),
        ["Emission of kernels"] = token => LinearKernelsEmitter.Emit(Configuration(), Space, token),
        ["Emission of CPU kernels"] = token => LinearCpuEmitter.EmitKernels([Configuration()], Space, token).ToList(),
        ["Emission of CPU sets"] = token => LinearCpuEmitter.EmitSet(Configuration(), Space, token),
        ["Emission of accelerator kernels"] = token => LinearAcceleratorEmitter.EmitKernels([Configuration()], Space, token).ToList(),
        ["Emission of accelerator sets"] = token => LinearAcceleratorEmitter.EmitSet(Configuration(), Space, token),
    };

    public static TheoryData<string> Stages => [.. s_stages.Keys];

    [Theory]
    [MemberData(nameof(Stages))]
    public void A_cancelled_stage_ends(string stage)
    {
        s_stages[stage](CancellationToken.None);
        Assert.Throws<OperationCanceledException>(() => s_stages[stage](new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_file_that_is_cancelled_while_it_is_written_ends_at_the_next_line()
    {
        using CancellationTokenSource source = new();
        SourceWriter writer = SourceWriter.File(source.Token);
        writer.Line("class C;");
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => writer.Line("class D;"));
    }

    [Fact]
    public void After_a_cancelled_run_the_next_one_is_right()
    {
        GeneratorDriver driver = GeneratorRun.Driver();
        Assert.Throws<OperationCanceledException>(() => driver.RunGenerators(s_compilation, new CancellationToken(canceled: true)));

        // Cancelled at any time while it runs: some runs end in discovery, some in emission, some not at all.
        string[] expected = Texts(GeneratorRun.Driver().RunGenerators(s_compilation, TestContext.Current.CancellationToken));
        foreach (int milliseconds in (int[])[1, 3, 10, 30, 100])
        {
            using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(milliseconds));
            try
            {
                driver = driver.RunGenerators(s_compilation, source.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        Assert.Equal(expected, Texts(driver.RunGenerators(s_compilation, TestContext.Current.CancellationToken)));
    }

    private static string[] Texts(GeneratorDriver driver) =>
        [.. driver.GetRunResult().Results.Single().GeneratedSources
            .Select(source => $"// {source.HintName}\n{source.SourceText}")
            .Order(StringComparer.Ordinal)];

    private static LayerSpec ReadLayer(CancellationToken token) =>
        LayerDiscovery.Read(
            s_layer, s_layer.GetAttributes().Single(attribute => attribute.AttributeClass!.Name == "LowRankAttribute"), s_compilation, token)!.Spec;

    private static Discovered<ModelSpec> Lift(CancellationToken token) => ModelLifter.Lift(s_discoveredModel, s_model, s_compilation, token);

    private static DataFlow Flow() => new(s_modelSpec.Graph!, CancellationToken.None);

    private static LinearConfiguration Configuration() => LinearConfiguration.Of(s_layerSpec).Last();
}
