using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// The members of a compilation from which some names can be reached, by names alone: those that use one of them, and those that use what such a member is
/// called, or what it writes. A name stands for whatever is called so; that makes some members too many, and none too few. A file whose text has none of the
/// names is not looked at further.
/// </summary>
internal sealed class NameClosure
{
    private readonly Dictionary<SyntaxTree, bool[]> _reaching = [];
    private readonly WordIndex _words;
    private readonly bool _followsForeignCalls;
    private readonly HashSet<ScopedName> _names = [];
    private readonly Stack<ScopedName> _rest = new();
    private readonly Lazy<DeclaredTypes> _types;

    /// <summary>Finds the members.</summary>
    /// <param name="words">The words of the compilation's files.</param>
    /// <param name="sources">The names to reach.</param>
    /// <param name="members">Members that count as users of such a name.</param>
    /// <param name="followsForeignCalls">Whether a call of a method of another assembly can reach an override of it.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public NameClosure(WordIndex words, IEnumerable<ScopedName> sources, IEnumerable<(FileNames File, int Member)> members, bool followsForeignCalls,
        CancellationToken cancellation)
    {
        _words = words;
        _followsForeignCalls = followsForeignCalls;
        _types = new(() => new DeclaredTypes(words.Files));
        foreach (ScopedName source in sources)
            Push(source);
        foreach ((FileNames file, int member) in members)
            Reach(file, member);
        while (_rest.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            ScopedName name = _rest.Pop();
            foreach (SyntaxTree tree in FilesWith(name))
            {
                FileNames file = FileNames.Of(tree);
                foreach (int member in file.UsersOf(name.Name))
                {
                    if (name.Type is null || file.Members[member].Types.Contains(name.Type))
                        Reach(file, member);
                }
            }
        }
    }

    /// <summary>The members of a file that reach one of the names.</summary>
    public IEnumerable<MemberNames> In(SyntaxTree tree) =>
        _reaching.TryGetValue(tree, out bool[]? reaching) ? FileNames.Of(tree).Members.Where(member => reaching[member.Place]) : [];

    /// <summary>The files that may use a name. What is used in one class alone is used where that is declared, by its name.</summary>
    private IEnumerable<SyntaxTree> FilesWith(ScopedName name) => (FileNames.IsWord(name.Name), name.Type) switch
    {
        (true, null) => _words.FilesWith(name.Name),
        (true, { } type) => _words.FilesWith(name.Name, type),
        (false, null) => _words.Files,
        (false, { } type) => _words.FilesWith(type),
    };

    private void Reach(FileNames file, int place)
    {
        if (!_reaching.TryGetValue(file.Tree, out bool[]? reaching))
            _reaching.Add(file.Tree, reaching = new bool[file.Members.Count]);
        if (reaching[place])
            return;
        reaching[place] = true;
        MemberNames member = file.Members[place];
        foreach (ScopedName name in member.Names.SelectMany(name => Reached(member, name)))
            Push(name);
        // What an object stores is reached by the object.
        if (member.Node is BaseFieldDeclarationSyntax or PropertyDeclarationSyntax { AccessorList: not null } && member.Types.Length > 0)
            Push(new ScopedName(member.Types[0]));
        foreach (string written in member.Writes)
        {
            foreach (ScopedName name in _types.Value.StoredAs(written, member.Types))
                Push(name);
        }
    }

    /// <summary>By which names a member is reached that reaches one itself.</summary>
    private IEnumerable<ScopedName> Reached(MemberNames member, string name)
    {
        if (member.Types.FirstOrDefault() is not { } type || name == type)
            return [new ScopedName(name)];
        if (member.IsPrivate || member.Node is TypeDeclarationSyntax and not RecordDeclarationSyntax)
            return [new ScopedName(name, type)];
        if (!member.IsOverride || _followsForeignCalls)
            return [new ScopedName(name)];
        // What calls it has an object of the class, of one in between that it overrides, or of one derived from it, or stands in one of these.
        IReadOnlyCollection<string> bases = _types.Value.SelfAndBases(type);
        return bases.Select(known => new ScopedName(known)).Concat(bases.Concat(_types.Value.DerivedFrom(type)).Select(known => new ScopedName(name, known)));
    }

    private void Push(ScopedName name)
    {
        if (_names.Add(name))
            _rest.Push(name);
    }
}
