using System.Globalization;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Emits the other half of an annotated linear layer: its settings, its kernels and its factory.</summary>
internal static class LinearLayerEmitter
{
    public static string Emit(LayerSpec layer, string space, CancellationToken cancellation)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        string factory = $"{RuntimeNames.ILinear}<{layer.Type.Name}>";
        TypeEmitter.Open(writer, layer.Type, $"partial class {layer.Type.Name}{(layer.IsMadeFromDimensions ? " : " + factory : "")}");
        if (layer.Rank > 0)
        {
            writer.Line("/// <inheritdoc/>");
            writer.Line(GeneratedCode.Attribute);
            string alpha = layer.Alpha.ToString("R", CultureInfo.InvariantCulture), stabilized = layer.RankStabilized ? "true" : "false";
            writer.Line($"public override {RuntimeNames.LowRankSettings} LowRank {{ get; }} = new({layer.Rank}, {alpha}, {stabilized});");
            writer.Line();
        }

        if (layer.Stored.IsPacked)
        {
            writer.Line("/// <inheritdoc/>");
            writer.Line(GeneratedCode.Attribute);
            writer.Line($"public override {RuntimeNames.WeightFormat} MarkedFormat {{ get; }} = {RuntimeNames.ValueOf(layer.Stored)};");
            writer.Line();
        }

        writer.Line("/// <inheritdoc/>");
        writer.Line(GeneratedCode.Attribute);
        writer.Line($"protected override global::System.Collections.Generic.IReadOnlyList<{RuntimeNames.LinearKernels}> KernelSets {{ get; }} =");
        writer.Line("[");
        foreach (LinearConfiguration configuration in LinearConfiguration.Of(layer))
            writer.Line($"    global::{space}.{configuration.ClassName}.Instance,");
        writer.Line("];");
        if (layer.IsMadeFromDimensions)
        {
            writer.Line();
            writer.Line("/// <inheritdoc/>");
            writer.Line(GeneratedCode.Attribute);
            writer.Line($"static {layer.Type.Name} {factory}.Create(int inFeatures, int outFeatures, bool bias) =>");
            writer.Line("    new(inFeatures: inFeatures, outFeatures: outFeatures, bias: bias);");
        }

        TypeEmitter.Close(writer, layer.Type);
        return writer.ToString();
    }
}
