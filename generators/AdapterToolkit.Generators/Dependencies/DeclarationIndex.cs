using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>All that the sources of a compilation declare, by name.</summary>
internal sealed class DeclarationIndex
{
    private static readonly ConditionalWeakTable<Compilation, DeclarationIndex> s_known = new();

    private readonly Dictionary<string, List<Declaration>> _declarations = new(StringComparer.Ordinal);

    private DeclarationIndex(Compilation compilation)
    {
        HashSet<string> namespaces = new(StringComparer.Ordinal);
        List<Declaration> globalUsings = [];
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            FileDeclarations file = FileDeclarations.Of(tree);
            foreach ((string name, Declaration declaration) in file.Named)
                Add(name, declaration);
            namespaces.UnionWith(file.Namespaces);
            if (file.GlobalUsings is { } usings)
                globalUsings.Add(usings);
        }

        foreach (string space in namespaces.OrderBy(space => space, StringComparer.Ordinal))
            Add(space.Substring(space.LastIndexOf('.') + 1), new Declaration($"namespace {space}", []));
        Settings = new CompilationSettings(compilation, globalUsings);
    }

    /// <summary>What the sources are compiled with.</summary>
    public CompilationSettings Settings { get; }

    /// <summary>That of a compilation.</summary>
    public static DeclarationIndex Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new DeclarationIndex(compilation));

    /// <summary>What a name may mean: types, extending members, namespaces.</summary>
    public IReadOnlyList<Declaration> Of(string name) => _declarations.TryGetValue(name, out List<Declaration>? found) ? found : [];

    private void Add(string name, Declaration declaration)
    {
        if (!_declarations.TryGetValue(name, out List<Declaration>? declarations))
            _declarations[name] = declarations = [];
        declarations.Add(declaration);
    }
}
