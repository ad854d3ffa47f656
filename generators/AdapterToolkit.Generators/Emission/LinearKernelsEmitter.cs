using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Emits the part of a set of linear kernels that the CPU and the accelerators share.</summary>
internal static class LinearKernelsEmitter
{
    public static string Emit(LinearConfiguration configuration, string space)
    {
        SourceWriter writer = SourceWriter.File();
        writer.Open($"namespace {space}");
        writer.Line(configuration.Rank == 0
            ? "/// <summary>The products of linear layers without an adapter.</summary>"
            : $"/// <summary>The products of linear layers with an adapter of rank {configuration.Rank}.</summary>");
        writer.Open($"internal sealed partial class {configuration.ClassName} : global::AdapterToolkit.Operators.LinearKernels");
        writer.Line("/// <summary>The kernels hold no state, so one object serves all layers.</summary>");
        writer.Line($"internal static readonly {configuration.ClassName} Instance = new();");
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Line($"public override int Rank => {configuration.Rank};");
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
