using AdapterToolkit.Generators.Dependencies;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Emission;
using AdapterToolkit.Generators.Emission.Accelerator;
using AdapterToolkit.Generators.Emission.Cpu;
using AdapterToolkit.Generators.Emission.Models;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators;

/// <summary>Writes the kernels, the backward passes and the merge of annotated classes.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class AdapterToolkitGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step that reads annotated layers.</summary>
    internal const string DiscoveredLayers = nameof(DiscoveredLayers);

    /// <summary>The name of the step that reads marked models and lifts their <c>Forward</c>.</summary>
    internal const string LiftedModels = nameof(LiftedModels);

    /// <summary>The name of the step that names the kernels' namespace.</summary>
    internal const string NamespaceOfKernels = nameof(NamespaceOfKernels);

    /// <summary>The name of the step that tells which kernels are needed.</summary>
    internal const string PlannedConfigurations = nameof(PlannedConfigurations);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<LayerSpec>[] layers = [.. DeclarationRules.LayerAttributes.Select(attribute => Layers(context, attribute))];
        IncrementalValuesProvider<ModelSpec> models = context.SyntaxProvider.ForAttributeWithMetadataName(
                RuntimeNames.AdapterModelAttribute,
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, cancellation) =>
                    Annotated(
                        found,
                        ClassPart.OfHierarchy,
                        static (type, _, compilation, cancellation) => ReadModel(type, compilation, cancellation),
                        cancellation))
            .Select(static (model, cancellation) => model.Read(cancellation))
            .WithTrackingName(LiftedModels)
            .Where(static model => model is not null)
            .Select(static (model, _) => model!);
        IncrementalValueProvider<string> space = context.CompilationProvider
            .Select(static (compilation, _) => GeneratedNamespace.For(compilation.AssemblyName))
            .WithTrackingName(NamespaceOfKernels);
        IncrementalValueProvider<EquatableArray<LinearConfiguration>> configurations = layers.Select(found => found.Collect())
            .Aggregate(static (all, more) => all.Combine(more).Select(static (found, _) => found.Left.AddRange(found.Right)))
            .Select(static (found, cancellation) => Configurations(found, cancellation))
            .WithTrackingName(PlannedConfigurations);

        foreach (IncrementalValuesProvider<LayerSpec> found in layers)
            context.RegisterSourceOutput(found.Combine(space), static (output, layer) => EmitLayer(output, layer.Left, layer.Right));
        context.RegisterSourceOutput(models, static (output, model) =>
            output.AddSource($"{model.Type.FileName}.g.cs", ModelEmitter.Emit(model, output.CancellationToken)));
        context.RegisterSourceOutput(configurations.Combine(space), static (output, found) =>
        {
            (string Name, string Text)[] shared =
            [
                .. LinearCpuEmitter.EmitKernels(found.Left, found.Right, output.CancellationToken),
                .. LinearAcceleratorEmitter.EmitKernels(found.Left, found.Right, output.CancellationToken),
            ];
            foreach ((string name, string text) in shared)
                output.AddSource($"Linear-{name}.g.cs", text);
            foreach (LinearConfiguration configuration in found.Left)
                EmitKernels(output, configuration, found.Right);
        });
    }

    /// <summary>An annotated class, which is read further on, unless it means what it meant in the last run.</summary>
    private static AnnotatedClass<T> Annotated<T>(
        GeneratorAttributeSyntaxContext found,
        Func<INamedTypeSymbol, CancellationToken, ClassPart[]> partsOf,
        Func<INamedTypeSymbol, AttributeData, Compilation, CancellationToken, Discovered<T>?> read,
        CancellationToken cancellation)
        where T : class, IEquatable<T>
    {
        INamedTypeSymbol type = (INamedTypeSymbol)found.TargetSymbol;
        AttributeData attribute = found.Attributes[0];
        Compilation compilation = found.SemanticModel.Compilation;
        return new AnnotatedClass<T>(
            partsOf(type, cancellation), compilation, cancellation => read(type, attribute, compilation, cancellation)?.Emittable);
    }

    private static Discovered<ModelSpec> ReadModel(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation) =>
        ModelLifter.Lift(ModelDiscovery.Read(type, compilation, cancellation), type, compilation, cancellation);

    private static IncrementalValuesProvider<LayerSpec> Layers(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, cancellation) => Annotated(found, ClassPart.Of, LayerDiscovery.Read, cancellation))
            .Select(static (layer, cancellation) => layer.Read(cancellation))
            .WithTrackingName(DiscoveredLayers)
            .Where(static layer => layer is not null)
            .Select(static (layer, _) => layer!);

    /// <summary>The kernels that layers need, each set once, in one order whatever that of the layers is.</summary>
    private static EquatableArray<LinearConfiguration> Configurations(IEnumerable<LayerSpec> layers, CancellationToken cancellation)
    {
        HashSet<LinearConfiguration> configurations = [];
        foreach (LayerSpec layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            configurations.UnionWith(LinearConfiguration.Of(layer));
        }

        return new EquatableArray<LinearConfiguration>(configurations.OrderBy(configuration => configuration.ClassName, StringComparer.Ordinal));
    }

    private static void EmitLayer(SourceProductionContext output, LayerSpec layer, string space) =>
        output.AddSource($"{layer.Type.FileName}.g.cs", LinearLayerEmitter.Emit(layer, space, output.CancellationToken));

    private static void EmitKernels(SourceProductionContext output, LinearConfiguration configuration, string space)
    {
        output.AddSource($"{configuration.ClassName}.g.cs", LinearKernelsEmitter.Emit(configuration, space, output.CancellationToken));
        output.AddSource($"{configuration.ClassName}.Cpu.g.cs", LinearCpuEmitter.EmitSet(configuration, space, output.CancellationToken));
        output.AddSource($"{configuration.ClassName}.Accelerator.g.cs", LinearAcceleratorEmitter.EmitSet(configuration, space, output.CancellationToken));
    }
}
