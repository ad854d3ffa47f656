using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// The members of a compilation from which some names can be reached, by names alone: those that use one of them, and those that use what such a member is
/// called, or what it writes. A name stands for whatever is called so; that makes some members too many, and none too few.
/// </summary>
internal sealed class NameClosure
{
    private readonly Dictionary<SyntaxTree, bool[]> _reaching = [];
    private readonly FileNames[] _files;
    private readonly HashSet<string> _names = [];
    private readonly Stack<string> _rest = new();
    private readonly Lazy<HashSet<string>> _storage;

    /// <summary>Finds the members.</summary>
    /// <param name="files">The files of the compilation.</param>
    /// <param name="sources">The names to reach.</param>
    /// <param name="members">Members that count as users of such a name.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public NameClosure(FileNames[] files, IEnumerable<string> sources, IEnumerable<(FileNames File, int Member)> members, CancellationToken cancellation)
    {
        _files = files;
        _storage = new(() => [.. files.SelectMany(file => file.Members).Where(member => member.IsStorage).SelectMany(member => member.Names)]);
        foreach (FileNames file in files)
            _reaching[file.Tree] = new bool[file.Members.Count];
        foreach (string source in sources)
            Push(source);
        foreach ((FileNames file, int member) in members)
            Reach(file, member);
        while (_rest.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            string name = _rest.Pop();
            foreach (FileNames file in _files)
            {
                foreach (int member in file.UsersOf(name))
                    Reach(file, member);
            }
        }
    }

    /// <summary>Whether a member reaches one of the names.</summary>
    public bool Contains(SyntaxTree tree, MemberNames member) =>
        _names.Contains(FileNames.Conversion) || (_reaching.TryGetValue(tree, out bool[]? reaching) && reaching[member.Place]);

    private void Reach(FileNames file, int place)
    {
        bool[] reaching = _reaching[file.Tree];
        if (reaching[place])
            return;
        reaching[place] = true;
        MemberNames member = file.Members[place];
        foreach (string name in member.Names)
            Push(name);
        foreach (string written in member.Writes)
        {
            if (_storage.Value.Contains(written))
                Push(written);
        }
    }

    private void Push(string name)
    {
        if (_names.Add(name))
            _rest.Push(name);
    }
}
