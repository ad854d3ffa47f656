using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>Emits the list of the modules that a class is made of.</summary>
internal static class ChildrenEmitter
{
    private const string ChildType = RuntimeNames.ModuleChild;

    public static void Emit(SourceWriter writer, ModelSpec model)
    {
        if (model.Children.Count == 0)
            return;
        writer.Line("/// <inheritdoc/>");
        writer.Line(GeneratedCode.Attribute);
        writer.Open($"public override global::System.Collections.Generic.IEnumerable<{ChildType}> Children");
        writer.Open("get");
        if (model.IncludesBaseChildren)
        {
            writer.Open($"foreach ({ChildType} child in base.Children)");
            writer.Line("yield return child;");
            writer.Close();
            writer.Line();
        }

        foreach (ChildSpec child in model.Children)
            EmitChild(writer, child);
        writer.Close();
        writer.Close();
    }

    private static void EmitChild(SourceWriter writer, ChildSpec child)
    {
        string trainable = child.IsTrainable ? ", Trainable: true" : "";
        if (child.MayBeNull)
            writer.Open($"if (this.{child.Member} is not null)");
        if (!child.IsList)
        {
            writer.Line($"yield return new {ChildType}({Quote(child.Name)}, this.{child.Member}{trainable});");
        }
        else
        {
            string prefix = child.Name.Length == 0 ? "" : child.Name.Replace("{", "{{").Replace("}", "}}") + ".";
            writer.Open($"foreach (var (index, module) in global::System.Linq.Enumerable.Index(this.{child.Member}))");
            if (child.ElementMayBeNull)
                writer.Line("if (module is not null)");
            writer.Line($"{(child.ElementMayBeNull ? "    " : "")}yield return new {ChildType}(${Quote(prefix + "{index}")}, module{trainable});");
            writer.EndBlock();
        }

        if (child.MayBeNull)
            writer.EndBlock();
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
