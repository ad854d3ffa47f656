using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The classes of some files by names: which derive from which, and what each of them stores.</summary>
internal sealed class DeclaredTypes
{
    private readonly HashSet<string> _declared = [];
    private readonly HashSet<string> _open = [];
    private readonly HashSet<ScopedName> _private = [];
    private readonly Dictionary<string, HashSet<string>> _bases = [];
    private readonly Dictionary<string, HashSet<string>> _derived = [];

    /// <summary>Writes down the classes of files.</summary>
    public DeclaredTypes(IEnumerable<SyntaxTree> files)
    {
        foreach (DeclaredType type in files.SelectMany(DeclaredType.In))
        {
            _declared.Add(type.Name);
            foreach ((string name, bool isPrivate) in type.Storage)
            {
                if (isPrivate)
                    _private.Add(new ScopedName(name, type.Name));
                else
                    _open.Add(name);
            }

            foreach (string given in type.Bases)
            {
                Add(_bases, type.Name, given);
                Add(_derived, given, type.Name);
            }
        }
    }

    /// <summary>What a body that writes something of a name may have written.</summary>
    /// <param name="name">The name.</param>
    /// <param name="around">The classes around the body.</param>
    public IEnumerable<ScopedName> StoredAs(string name, IEnumerable<string> around) =>
        _open.Contains(name) ? [new ScopedName(name)]
            : around.Select(type => new ScopedName(name, type)).Where(_private.Contains);

    /// <summary>The declared classes that a class derives from, itself first.</summary>
    public IReadOnlyCollection<string> SelfAndBases(string type) => [type, .. Closure(_bases, type).Where(_declared.Contains)];

    /// <summary>The classes that derive from a class.</summary>
    public IReadOnlyCollection<string> DerivedFrom(string type) => Closure(_derived, type);

    private static HashSet<string> Closure(Dictionary<string, HashSet<string>> steps, string from)
    {
        HashSet<string> found = [];
        Stack<string> rest = new([from]);
        while (rest.Count > 0)
        {
            foreach (string next in steps.TryGetValue(rest.Pop(), out HashSet<string>? nexts) ? nexts : [])
            {
                if (found.Add(next))
                    rest.Push(next);
            }
        }

        return found;
    }

    private static void Add(Dictionary<string, HashSet<string>> steps, string from, string to)
    {
        if (!steps.TryGetValue(from, out HashSet<string>? nexts))
            steps.Add(from, nexts = []);
        nexts.Add(to);
    }
}
