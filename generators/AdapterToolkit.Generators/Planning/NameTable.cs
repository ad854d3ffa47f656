using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Planning;

/// <summary>Gives out names that differ from each other and from those that are taken.</summary>
/// <param name="taken">Names that mean something already.</param>
internal sealed class NameTable(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];

    /// <summary>A name like the given one: that itself, or with a number behind it.</summary>
    public string Unique(string name)
    {
        string given = name;
        for (int i = 2; !_taken.Add(given); i++)
            given = $"{name}{i}";
        return SyntaxFacts.GetKeywordKind(given) == SyntaxKind.None ? given : "@" + given;
    }

    /// <summary>A table of its own that knows the names of this one.</summary>
    public NameTable Copy() => new(_taken);

    /// <summary>Takes a name that is fixed.</summary>
    public void Reserve(string name) => _taken.Add(name.TrimStart('@'));

    /// <summary>The name with its first letter in upper case, as members are written.</summary>
    public static string Pascal(string name)
    {
        string letters = name.TrimStart('@', '_');
        return letters.Length == 0 ? "Value" : char.ToUpperInvariant(letters[0]) + letters.Substring(1);
    }

    /// <summary>The name with its first letter in lower case, as locals are written.</summary>
    public static string Camel(string name)
    {
        string letters = name.TrimStart('@', '_');
        return letters.Length == 0 ? "value" : char.ToLowerInvariant(letters[0]) + letters.Substring(1);
    }
}
