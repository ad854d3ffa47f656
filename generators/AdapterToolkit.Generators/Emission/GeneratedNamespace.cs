using System.Text;

namespace AdapterToolkit.Generators.Emission;

/// <summary>
/// The namespace of the emitted kernels. It contains the assembly's name: two assemblies that both have layers of rank 8
/// would otherwise hold two types of one name, and one that references the other could not tell them apart.
/// </summary>
internal static class GeneratedNamespace
{
    public static string For(string? assemblyName)
    {
        StringBuilder name = new("AdapterToolkit.Generated.");
        string given = string.IsNullOrEmpty(assemblyName) ? "Assembly" : assemblyName!;
        if (!char.IsLetter(given[0]))
            name.Append('_');
        foreach (char letter in given)
            name.Append(char.IsLetterOrDigit(letter) ? letter : '_');
        return name.ToString();
    }
}
