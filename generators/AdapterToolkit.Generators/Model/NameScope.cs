using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Model;

/// <summary>A scope of emitted code, which gives out fresh names: they differ from each other and from those that are taken.</summary>
/// <param name="taken">Names that mean something already.</param>
internal sealed class NameScope(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];

    /// <summary>A fresh name like the given one: that itself, or with a number behind it.</summary>
    public string Fresh(string name)
    {
        string given = name;
        for (int i = 2; !_taken.Add(given); i++)
            given = $"{name}{i}";
        return SyntaxFacts.GetKeywordKind(given) == SyntaxKind.None ? given : "@" + given;
    }

    /// <summary>A scope inside this one, which knows its names.</summary>
    public NameScope Nested() => new(_taken);

    /// <summary>Takes a name that is fixed.</summary>
    public void Reserve(string name) => _taken.Add(name.TrimStart('@'));
}
