using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>Emits the class of a record: exactly the values that are saved.</summary>
internal static class RecordEmitter
{
    private const string SavedTensor = RuntimeNames.SavedTensor;

    public static void Emit(SourceWriter writer, RecordPlan plan)
    {
        writer.Line();
        writer.Line(plan.IterationLabel.Length == 0
            ? "/// <summary>What one run of <c>Forward</c> saves for its backward pass.</summary>"
            : $"/// <summary>What one iteration ({plan.IterationLabel}) saves for its backward pass.</summary>");
        writer.Line(GeneratedCode.Attribute);
        writer.Open($"private sealed class {plan.ClassName} : {RuntimeNames.ForwardRecord}");
        foreach (RecordField field in plan.Fields)
        {
            bool isReference = field.Kind == FieldKind.Plain && !field.Type.EndsWith("?", StringComparison.Ordinal) && field.Type != "bool";
            writer.Line(field.Kind == FieldKind.Iterations
                ? $"internal readonly {field.Type} {field.Name} = [];"
                : $"internal {field.Type} {field.Name}{(isReference ? " = default!" : "")};");
        }

        writer.Line();
        EmitSavedTensors(writer, plan);
        writer.Line();
        EmitRelease(writer, plan);
        writer.Close();
    }

    private static void EmitSavedTensors(SourceWriter writer, RecordPlan plan)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public override global::System.Collections.Generic.IEnumerable<{SavedTensor}> SavedTensors");
        writer.Open("get");
        if (plan.Fields.All(field => field.Kind == FieldKind.Plain))
            writer.Line("yield break;");
        foreach (RecordField field in plan.Fields)
        {
            switch (field.Kind)
            {
                case FieldKind.Tensor:
                    writer.Line($"if ({field.Name} is not null)");
                    writer.Line($"    yield return new {SavedTensor}(\"{field.Label}\", {field.Name});");
                    break;
                case FieldKind.LayerRecord:
                    writer.Open($"foreach ({SavedTensor} saved in {field.Name}?.SavedTensors ?? [])");
                    writer.Line(field.Label.Length == 0
                        ? "yield return saved;"
                        : $"yield return new {SavedTensor}($\"{field.Label}.{{saved.Name}}\", saved.Tensor);");
                    writer.EndBlock();
                    break;
                case FieldKind.Iterations:
                    writer.Open($"for (int i = 0; i < {field.Name}.Count; i++)");
                    writer.Open($"foreach ({SavedTensor} saved in {field.Name}[i].SavedTensors)");
                    writer.Line($"yield return new {SavedTensor}($\"{field.Label}[{{i}}].{{saved.Name}}\", saved.Tensor);");
                    writer.Close();
                    writer.EndBlock();
                    break;
            }
        }

        writer.Close();
        writer.Close();
    }

    private static void EmitRelease(SourceWriter writer, RecordPlan plan)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Release()");
        foreach (RecordField field in plan.Fields)
        {
            switch (field.Kind)
            {
                case FieldKind.Tensor or FieldKind.LayerRecord:
                    writer.Line($"{field.Name}?.Release();");
                    break;
                case FieldKind.Iterations:
                    writer.Open($"foreach ({field.Type.Substring(field.Type.IndexOf('<') + 1).TrimEnd('>')} iteration in {field.Name})");
                    writer.Line("iteration.Release();");
                    writer.EndBlock();
                    break;
            }
        }

        writer.Close();
    }
}
