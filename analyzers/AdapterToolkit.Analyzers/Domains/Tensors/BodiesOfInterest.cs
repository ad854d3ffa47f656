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
    public const int MostWithoutSearch = 32;

    /// <summary>The members of the toolkit that give a factor or a frozen weight.</summary>
    public static IReadOnlyCollection<string> Sources { get; } =
    [
        "Weight", "Bias", "FrozenWeight", "FrozenWeights", "Factors", "FactorsOf", "LowRankFactors", "OnAllRows", "SavedA", "SavedB", "SetFactors",
    ];

    /// <summary>By these a module gives all parameters that it holds.</summary>
    private static readonly string[] s_lists = ["parameters", "named_parameters"];

    private readonly object _gate = new();
    private NameClosure? _found;
    private int _asked;

    /// <summary>The members of a file in which a rule could be broken.</summary>
    /// <param name="tree">The file.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public IEnumerable<MemberNames> In(SyntaxTree tree, CancellationToken cancellation)
    {
        FileNames file = FileNames.Of(tree);
        if (Interlocked.Add(ref _asked, file.Members.Count) <= mostWithoutSearch)
            return file.Members;
        NameClosure found = Found(cancellation);
        return file.Members.Where(member => found.Contains(tree, member));
    }

    private NameClosure Found(CancellationToken cancellation)
    {
        lock (_gate)
            return _found ??= Find(cancellation);
    }

    private NameClosure Find(CancellationToken cancellation)
    {
        FileNames[] files = [.. WrittenFiles.Of(compilation).Select(FileNames.Of)];
        HashSet<string> sources = [];
        foreach (FileNames file in files)
        {
            sources.UnionWith(file.Names.Where(FactorNames.NamesLowRank));
            foreach (MemberNames member in file.Members)
            {
                cancellation.ThrowIfCancellationRequested();
                if (member.Node is TypeDeclarationSyntax type && MayHoldTwo(type)
                    && analysis.ModelOf(file.Tree).GetDeclaredSymbol(type, cancellation) is INamedTypeSymbol declared)
                    sources.UnionWith(analysis.NamesOfFactors(declared));
            }
        }

        if (sources.Count > 0)
            sources.UnionWith(s_lists);
        if (analysis.Types.IsToolkitThere)
            sources.UnionWith(Sources);
        return new NameClosure(files, sources, files.SelectMany(MakersIn), cancellation);
    }

    /// <summary>Whether a class, or this part of it, may hold two factors.</summary>
    private static bool MayHoldTwo(TypeDeclarationSyntax type) =>
        type.Modifiers.Any(modifier => modifier.Text == "partial") || type.ParameterList is { Parameters.Count: > 1 }
            || type.Members.Sum(member => member is FieldDeclarationSyntax { Declaration.Variables.Count: var count } ? count
                : member is PropertyDeclarationSyntax ? 1 : 0) > 1;

    /// <summary>The members of a file that make parameters themselves, other than in the members of their class, which are looked at by their shapes.</summary>
    private static IEnumerable<(FileNames File, int Member)> MakersIn(FileNames file) =>
        file.UsersOf("Parameter").Where(member => file.Members[member].Node is BaseMethodDeclarationSyntax and not ConstructorDeclarationSyntax
            or BasePropertyDeclarationSyntax or CompilationUnitSyntax).Select(member => (file, member));
}
