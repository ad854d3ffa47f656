using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Opens a partial class of the user's once more, inside its namespace and the types it is nested in.</summary>
internal static class TypeEmitter
{
    public static void Open(SourceWriter writer, TypeSpec type, string declaration)
    {
        if (type.Namespace.Length > 0)
            writer.Open($"namespace {type.Namespace}");
        foreach (string container in type.Containers)
            writer.Open(container);
        writer.Open(declaration);
    }

    public static void Close(SourceWriter writer, TypeSpec type)
    {
        writer.Close();
        for (int i = 0; i < type.Containers.Count; i++)
            writer.Close();
        if (type.Namespace.Length > 0)
            writer.Close();
    }
}
