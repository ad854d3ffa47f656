using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>
/// What the meaning of a class's code depends on: the code itself, and the declarations that its names may mean. A declaration can only
/// become part of that meaning under a name that stands in the code, in a declaration that the code depends on already, or that
/// the language looks for unasked. So the names are followed through the declarations, bodies left out, until no new one is found, and
/// for each is kept what it may mean, be it nothing. While all of that looks the same, the class means the same.
/// </summary>
internal sealed class ClassDependencies
{
    /// <summary>What the language, or the generator, looks for unasked.</summary>
    private static readonly string[] s_alwaysSought =
    [
        FileDeclarations.Unnamed,
        "GetEnumerator", "GetAsyncEnumerator", "GetAwaiter", "GetPinnableReference",
        "Deconstruct", "Add", "Dispose", "DisposeAsync", "Slice", "Length", "Count",
        "Cast", "Select", "SelectMany", "Where", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "GroupBy", "Join", "GroupJoin",
        .. KnownTypes.Names,
    ];

    private readonly ClassPart[] _parts;
    private readonly CompilationSettings _settings;
    private readonly List<(string Name, IReadOnlyList<Declaration> Meanings)> _names = [];

    /// <summary>Follows the names in a class.</summary>
    /// <param name="parts">The class.</param>
    /// <param name="index">What its compilation declares.</param>
    /// <param name="cancellation">Ends the search.</param>
    public ClassDependencies(ClassPart[] parts, DeclarationIndex index, CancellationToken cancellation)
    {
        _parts = parts;
        _settings = index.Settings;
        DeclarationText code = new();
        code.AddNames(s_alwaysSought);
        foreach (ClassPart part in parts)
        {
            code.AddNames(part.Node);
            code.AddNames(Surroundings.Of(part.Node).Identifiers);
        }

        foreach (Declaration usings in _settings.GlobalUsings)
            code.AddNames(usings.Identifiers);
        Follow(code.Identifiers, index, cancellation);
    }

    /// <summary>Whether a class, in what is perhaps another compilation, means what this one meant.</summary>
    /// <param name="parts">The class there.</param>
    /// <param name="index">What is declared there.</param>
    public bool Hold(ClassPart[] parts, DeclarationIndex index)
    {
        if (parts.Length != _parts.Length || !_settings.AreThoseOf(index.Settings))
            return false;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!parts[i].IsSameAs(_parts[i]))
                return false;
        }

        foreach ((string name, IReadOnlyList<Declaration> meanings) in _names)
        {
            if (!Declaration.AreAlike(index.Of(name), meanings))
                return false;
        }

        return true;
    }

    private void Follow(IEnumerable<string> names, DeclarationIndex index, CancellationToken cancellation)
    {
        HashSet<string> found = new(names, StringComparer.Ordinal);
        Queue<string> rest = new(found);
        while (rest.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            string name = rest.Dequeue();
            IReadOnlyList<Declaration> meanings = index.Of(name);
            _names.Add((name, meanings));
            foreach (string further in meanings.SelectMany(meaning => meaning.Identifiers))
            {
                if (found.Add(further))
                    rest.Enqueue(further);
            }
        }
    }
}
