using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Emission;
using AdapterToolkit.Generators.Emission.Accelerator;
using AdapterToolkit.Generators.Emission.Cpu;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators;

/// <summary>Writes the kernels, the backward passes and the merge of annotated classes.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class AdapterToolkitGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<LayerSpec> layers = Layers(context, LayerDiscovery.LowRankAttribute);
        IncrementalValuesProvider<LayerSpec> frozen = Layers(context, LayerDiscovery.FrozenAttribute);
        IncrementalValueProvider<string> space = context.CompilationProvider.Select(static (compilation, _) => GeneratedNamespace.For(compilation.AssemblyName));

        context.RegisterSourceOutput(layers.Combine(space), static (output, layer) => EmitLayer(output, layer.Left, layer.Right));
        context.RegisterSourceOutput(frozen.Combine(space), static (output, layer) => EmitLayer(output, layer.Left, layer.Right));
        context.RegisterSourceOutput(
            layers.Collect().Combine(frozen.Collect()).Combine(space),
            static (output, found) =>
            {
                IEnumerable<LinearConfiguration> configurations = found.Left.Left.Concat(found.Left.Right)
                    .Select(layer => new LinearConfiguration(layer.Rank)).Distinct().OrderBy(configuration => configuration.Rank);
                foreach (LinearConfiguration configuration in configurations)
                {
                    output.AddSource($"{configuration.ClassName}.g.cs", LinearKernelsEmitter.Emit(configuration, found.Right));
                    foreach ((string name, string text) in LinearCpuEmitter.EmitFiles(configuration, found.Right))
                        output.AddSource($"{configuration.ClassName}.{name}.g.cs", text);
                    foreach ((string name, string text) in LinearAcceleratorEmitter.EmitFiles(configuration, found.Right))
                        output.AddSource($"{configuration.ClassName}.{name}.g.cs", text);
                }
            });
    }

    private static IncrementalValuesProvider<LayerSpec> Layers(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, _) => LayerDiscovery.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0]))
            .Where(static layer => layer is not null)
            .Select(static (layer, _) => layer!);

    private static void EmitLayer(SourceProductionContext output, LayerSpec layer, string space) =>
        output.AddSource($"{layer.Type.FileName}.g.cs", LinearLayerEmitter.Emit(layer, space));
}
