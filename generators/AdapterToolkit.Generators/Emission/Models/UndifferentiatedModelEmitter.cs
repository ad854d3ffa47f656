using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>
/// Emits the other half of a class whose <c>Forward</c> can't be differentiated: its modules, and companions that throw. With it the class compiles up to
/// what is wrong with its <c>Forward</c>, so that the user reads of that alone.
/// </summary>
internal static class UndifferentiatedModelEmitter
{
    /// <summary>Emits a class.</summary>
    /// <param name="model">The class.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Emit(ModelSpec model, CancellationToken cancellation)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        TypeEmitter.Open(writer, model.Type, $"partial class {model.Type.Name}{(model.DerivesFromModule ? "" : " : " + RuntimeNames.Module)}");
        ChildrenEmitter.Emit(writer, model);
        if (model.ForwardAccessibility.Length > 0)
        {
            CompanionSignatures companions = new(model, new NameScope(model.TakenNames));
            foreach (string declaration in new[] { companions.Evaluate, companions.ForwardSaving, companions.Backward })
            {
                writer.Line();
                writer.Line("/// <summary>Throws: <c>Forward</c> can't be differentiated.</summary>");
                writer.Line(GeneratedCode.Attribute);
                writer.Line($"{declaration} =>");
                writer.Indent();
                writer.Line($"throw new global::System.NotSupportedException(\"ADT0201: Forward of {model.Type.Name} can't be differentiated.\");");
                writer.Unindent();
            }

            companions.EmitWithActivePass(writer);
        }

        TypeEmitter.Close(writer, model.Type);
        return writer.ToString();
    }
}
