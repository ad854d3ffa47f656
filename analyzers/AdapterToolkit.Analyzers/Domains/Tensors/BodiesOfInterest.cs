using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells in which bodies a rule about tensors could be broken, so that all others cost nothing: those from which a factor or a frozen weight can be reached.
/// These are what the toolkit's own members give, the members of classes that hold factors, and parameters that a body makes itself.
/// </summary>
/// <param name="compilation">The compilation.</param>
/// <param name="analysis">What is known of its tensors.</param>
/// <param name="mostWithoutSearch">How many members are followed before it is found out which of them can matter.</param>
internal sealed class BodiesOfInterest(Compilation compilation, ValueAnalysis analysis, int mostWithoutSearch)
{
    /// <summary>
    /// How many members are followed before it is found out which of them can matter, unless told otherwise: to follow a few, as those of the one file
    /// that is edited, is less work than to look through all files.
    /// </summary>
    public const int MostWithoutSearch = 128;

    /// <summary>The members of the toolkit that give a factor or a frozen weight.</summary>
    public static IReadOnlyCollection<string> Sources { get; } =
    [
        "Weight", "Bias", "FrozenWeight", "FrozenWeights", "Factors", "FactorsOf", "LowRankFactors", "OnAllRows", "SavedA", "SavedB", "SetFactors",
    ];

    private readonly object _gate = new();
    private NameClosure? _found;
    private int _asked;

    /// <summary>The members of a file in which a rule could be broken.</summary>
    /// <param name="tree">The file.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public IEnumerable<MemberNames> In(SyntaxTree tree, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _asked) >= mostWithoutSearch)
            return Found(cancellation).In(tree);
        FileNames file = FileNames.Of(tree);
        return Interlocked.Add(ref _asked, file.Members.Count) <= mostWithoutSearch ? file.Members : Found(cancellation).In(tree);
    }

    private NameClosure Found(CancellationToken cancellation)
    {
        lock (_gate)
            return _found ??= Find(cancellation);
    }

    private NameClosure Find(CancellationToken cancellation)
    {
        WordIndex words = WordIndex.Of(compilation);
        HashSet<ScopedName> sources = [];
        List<(FileNames File, int Member)> members = [];
        foreach (SyntaxTree tree in words.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            FactorHints hints = FactorHints.Of(tree);
            sources.UnionWith(hints.Names.Select(Anywhere));
            foreach (TypeDeclarationSyntax type in hints.Types)
            {
                if (analysis.ModelOf(tree).GetDeclaredSymbol(type, cancellation) is not INamedTypeSymbol declared)
                    continue;
                sources.UnionWith(analysis.NamesOfFactors(declared));
                // A module gives all parameters that it holds, and those of the modules in it.
                if (analysis.LowRank.HasOwnWeight(declared))
                    sources.Add(Anywhere(declared.Name));
            }

            if (hints.Makers.Count > 0 || hints.Names.Count > 0)
                members.AddRange(MembersIn(FileNames.Of(tree), hints));
        }

        if (analysis.Types.IsToolkitThere)
            sources.UnionWith(Sources.Select(Anywhere));
        return new NameClosure(words, sources, members, followsForeignCalls: false, cancellation);
    }

    /// <summary>The members of a file that make parameters, or are called as an adapter is, so that what they are given may be factors.</summary>
    private static IEnumerable<(FileNames File, int Member)> MembersIn(FileNames file, FactorHints hints) =>
        file.Members.Where(member => hints.Makers.Contains(member.Node) || member.Names.Any(FactorNames.NamesLowRank)).Select(member => (file, member.Place));

    private static ScopedName Anywhere(string name) => new(name);
}
