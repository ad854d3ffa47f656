using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Emits the part of a set of linear kernels that the CPU and the accelerators share.</summary>
internal static class LinearKernelsEmitter
{
    public static string Emit(LinearConfiguration configuration, string space, CancellationToken cancellation)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        string layers = configuration.Rank == 0 ? "linear layers without an adapter" : $"linear layers with an adapter of rank {configuration.Rank}";
        if (configuration.Stored.IsPacked)
            Packed(writer, configuration, layers);
        else
            FullPrecision(writer, configuration, layers);
        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    private static void FullPrecision(SourceWriter writer, LinearConfiguration configuration, string layers)
    {
        writer.Line($"/// <summary>The products of {layers}.</summary>");
        writer.Line(GeneratedCode.Attribute);
        writer.Open($"internal partial class {configuration.ClassName} : {RuntimeNames.LinearKernels}");
        Instance(writer, "", configuration.ClassName);
        writer.Line("/// <inheritdoc/>");
        writer.Line($"public override int Rank => {configuration.Rank};");
    }

    private static void Packed(SourceWriter writer, LinearConfiguration configuration, string layers)
    {
        writer.Line($"/// <summary>The products of {layers}, with W stored in {configuration.Stored.Description}.</summary>");
        writer.Line(GeneratedCode.Attribute);
        writer.Open($"internal sealed partial class {configuration.ClassName} : {configuration.InFullPrecision.ClassName}");
        Instance(writer, "new ", configuration.ClassName);
        writer.Line("/// <inheritdoc/>");
        writer.Line($"public override {RuntimeNames.WeightFormat} Format {{ get; }} = {RuntimeNames.ValueOf(configuration.Stored)};");
    }

    private static void Instance(SourceWriter writer, string hides, string name)
    {
        writer.Line("/// <summary>The kernels hold no state, so one object serves all layers.</summary>");
        writer.Line($"internal static {hides}readonly {name} Instance = new();");
        writer.Line();
    }
}
