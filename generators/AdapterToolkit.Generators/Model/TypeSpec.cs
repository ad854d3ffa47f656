namespace AdapterToolkit.Generators.Model;

/// <summary>A partial class that source is added to, with what is needed to open it once more.</summary>
/// <param name="Namespace">Its namespace, keywords in it escaped; empty for the global one.</param>
/// <param name="Containers">The declarations of the types it is nested in, outermost first: <c>partial class Outer</c>.</param>
/// <param name="Name">Its name with its type parameters, escaped where they are keywords.</param>
/// <param name="Accessibility">Its accessibility as a keyword, or words.</param>
internal sealed record TypeSpec(string Namespace, EquatableArray<string> Containers, string Name, string Accessibility)
{
    /// <summary>A name for its files that no other type of the compilation has.</summary>
    public string FileName =>
        string.Join(".", new[] { Namespace }.Concat(Containers.Append(Name).Select(NameOf)).Where(part => part.Length > 0)).Replace("@", "");

    /// <summary>
    /// The name in a declaration, as metadata write it: <c>Attention`1</c>, which is no name of another type and which a file's name may have.
    /// </summary>
    private static string NameOf(string declaration)
    {
        int start = declaration.IndexOf('<');
        string name = start < 0 ? declaration : declaration.Substring(0, start);
        return name.Substring(name.LastIndexOf(' ') + 1) + (start < 0 ? "" : $"`{declaration.Count(letter => letter == ',') + 1}");
    }
}
