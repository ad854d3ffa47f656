namespace AdapterToolkit.Generators.Model;

/// <summary>A partial class that source is added to, with what is needed to open it once more.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Containers">The declarations of the types it is nested in, outermost first: <c>partial class Outer</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Accessibility">Its accessibility as a keyword, or words.</param>
internal sealed record TypeSpec(string Namespace, EquatableArray<string> Containers, string Name, string Accessibility)
{
    /// <summary>A name for its files that no other type of the compilation has.</summary>
    public string FileName => string.Join(".", new[] { Namespace }.Concat(Containers.Select(c => c.Split(' ').Last())).Append(Name).Where(part => part.Length > 0));
}
